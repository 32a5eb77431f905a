// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.PoolingFunctions;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.tensor.Tensor;

/** The largest element of every window: [N, C, H, W] to [N, C, P, Q]. */
public final class MaxPool2d extends Layer {
    private final Pooling pooling;

    public MaxPool2d(Pooling pooling) {
        this.pooling = pooling;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return PoolingFunctions.maxPool2d(x, pooling);
    }

    @Override
    protected String expected() {
        return "[N, C, H, W] or [C, H, W] that holds a window";
    }

    @Override
    protected String describe() {
        return PoolText.of(pooling);
    }
}
