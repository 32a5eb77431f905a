// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a primitive depends on; equal recipes give interchangeable primitives.
 *
 * @param family what sort of primitive
 * @param algorithm oneDNN's number of the function, or its flags; 0 where the family has neither
 * @param alpha first parameter of the function
 * @param beta second parameter of the function
 * @param window of a convolution or pooling, else null
 * @param slots the operands
 */
record Recipe(
        Family family,
        int algorithm,
        float alpha,
        float beta,
        @Nullable Window window,
        List<Slot> slots) {
    /**
     * One operand.
     *
     * @param argument oneDNN's number of it
     * @param layout how it lies in memory
     * @param written whether it is a result
     */
    record Slot(int argument, Layout layout, boolean written) {}
}
