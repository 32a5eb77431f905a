// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.PoolingFunctions;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Tensor;

/** The means of P · Q windows that cut the input evenly: [N, C, H, W] to [N, C, P, Q]. */
public final class AdaptiveAveragePool2d extends Layer {
    private final Spatial size;

    /** @param size number of windows */
    public AdaptiveAveragePool2d(Spatial size) {
        this.size = size;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return PoolingFunctions.adaptiveAveragePool2d(x, size);
    }

    @Override
    protected String expected() {
        return "[N, C, H, W] or [C, H, W]";
    }

    @Override
    protected String describe() {
        return "size=" + size;
    }
}
