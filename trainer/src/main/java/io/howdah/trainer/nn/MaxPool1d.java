// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.PoolingFunctions;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.tensor.Tensor;

/** The largest element of every window: [N, C, W] to [N, C, Q]; of the pooling, the widths count. */
public final class MaxPool1d extends Layer {
    private final Pooling pooling;

    public MaxPool1d(Pooling pooling) {
        this.pooling = pooling;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return PoolingFunctions.maxPool1d(x, pooling);
    }

    @Override
    protected String expected() {
        return "[N, C, W] or [C, W] that holds a window";
    }

    @Override
    protected String describe() {
        return PoolText.of(pooling);
    }
}
