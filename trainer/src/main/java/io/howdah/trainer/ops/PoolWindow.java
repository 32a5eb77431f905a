// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.Shape;

/**
 * Attributes of pools.
 *
 * @param height spatial size of the result
 * @param width spatial size of the result
 */
record PoolWindow(Window window, long height, long width) {
    /** Shape of the result for planes [N, C, H, W]. */
    Shape result(Shape planes) {
        return Shape.of(planes.size(0), planes.size(1), height, width);
    }
}
