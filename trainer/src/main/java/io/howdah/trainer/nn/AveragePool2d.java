// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.PoolingFunctions;
import io.howdah.trainer.ops.AveragePools.Divisor;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.tensor.Tensor;

/** The mean of every window: [N, C, H, W] to [N, C, P, Q]. */
public final class AveragePool2d extends Layer {
    private final Pooling pooling;
    private final Divisor divisor;

    /** Means over whole windows, padding included. */
    public AveragePool2d(Pooling pooling) {
        this(pooling, Divisor.ALL);
    }

    /** @param divisor by what the sum of a window is divided */
    public AveragePool2d(Pooling pooling, Divisor divisor) {
        this.pooling = pooling;
        this.divisor = divisor;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return PoolingFunctions.averagePool2d(x, pooling, divisor);
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
