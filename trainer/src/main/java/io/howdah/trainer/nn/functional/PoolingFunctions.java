// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.AdaptivePools;
import io.howdah.trainer.ops.AveragePools;
import io.howdah.trainer.ops.MaxPools;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Tensor;

/** Pools: one-dimensional ones take [N, C, W] or [C, W], two-dimensional ones [N, C, H, W] or [C, H, W]. */
public final class PoolingFunctions {
    private PoolingFunctions() {}

    /** The largest element of every window. */
    public static Tensor maxPool1d(Tensor x, Pooling pooling) {
        return MaxPools.maxPool1d(x, pooling);
    }

    /** The largest element of every window. */
    public static Tensor maxPool2d(Tensor x, Pooling pooling) {
        return MaxPools.maxPool2d(x, pooling);
    }

    /** The mean of every window. */
    public static Tensor averagePool1d(Tensor x, Pooling pooling, AveragePools.Divisor divisor) {
        return AveragePools.averagePool1d(x, pooling, divisor);
    }

    /** The mean of every window. */
    public static Tensor averagePool2d(Tensor x, Pooling pooling, AveragePools.Divisor divisor) {
        return AveragePools.averagePool2d(x, pooling, divisor);
    }

    /** The means of {@code size} windows. */
    public static Tensor adaptiveAveragePool1d(Tensor x, int size) {
        return AdaptivePools.adaptiveAveragePool1d(x, size);
    }

    /** The means of size.height · size.width windows. */
    public static Tensor adaptiveAveragePool2d(Tensor x, Spatial size) {
        return AdaptivePools.adaptiveAveragePool2d(x, size);
    }

    /** The largest elements of {@code size} windows. */
    public static Tensor adaptiveMaxPool1d(Tensor x, int size) {
        return AdaptivePools.adaptiveMaxPool1d(x, size).values();
    }

    /** The largest elements of size.height · size.width windows. */
    public static Tensor adaptiveMaxPool2d(Tensor x, Spatial size) {
        return AdaptivePools.adaptiveMaxPool2d(x, size).values();
    }
}
