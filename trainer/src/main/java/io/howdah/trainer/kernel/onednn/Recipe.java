// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import java.util.List;

/**
 * Everything that a primitive depends on; equal recipes give interchangeable primitives.
 *
 * @param family what sort of primitive
 * @param algorithm oneDNN's number of the function, 0 where the family has one only
 * @param alpha first parameter of the function
 * @param beta second parameter of the function
 * @param layouts operands, in the order of {@link Family#arguments}
 */
record Recipe(Family family, int algorithm, float alpha, float beta, List<Layout> layouts) {
    static Recipe of(Family family, int algorithm, Layout... layouts) {
        return new Recipe(family, algorithm, 0, 0, List.of(layouts));
    }
}
