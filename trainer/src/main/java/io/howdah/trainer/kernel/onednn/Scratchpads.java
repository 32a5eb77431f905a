// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Working memory of the primitives of one thread, from the tensor pool; a small block is kept between runs. */
final class Scratchpads implements AutoCloseable {
    /** More than this goes back to the pool at once. */
    private static final long KEPT_BYTES = 256 * 1024;

    private @Nullable Tensor kept;

    /** Memory with arbitrary contents; to be given back. */
    Tensor take(long bytes) {
        Tensor found = kept;
        if (found != null && found.elements() >= bytes) {
            kept = null;
            return found;
        }
        return Tensor.empty(DType.UINT8, Shape.of(bytes)).keep();
    }

    void giveBack(Tensor scratchpad) {
        if (scratchpad.elements() > KEPT_BYTES || kept != null && kept.elements() >= scratchpad.elements()) {
            scratchpad.close();
        } else {
            if (kept != null) {
                kept.close();
            }
            kept = scratchpad;
        }
    }

    @Override
    public void close() {
        if (kept != null) {
            kept.close();
        }
    }
}
