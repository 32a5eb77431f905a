// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.PoolingFunctions;
import io.howdah.trainer.tensor.Tensor;

/** The largest elements of S windows that cut the input evenly: [N, C, W] to [N, C, S]. */
public final class AdaptiveMaxPool1d extends Layer {
    private final int size;

    /** @param size number of windows */
    public AdaptiveMaxPool1d(int size) {
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return PoolingFunctions.adaptiveMaxPool1d(x, size);
    }

    @Override
    protected String expected() {
        return "[N, C, W] or [C, W]";
    }

    @Override
    protected String describe() {
        return "size=" + size;
    }
}
