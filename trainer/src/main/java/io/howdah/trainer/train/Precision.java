// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;

/**
 * In which dtypes a worker computes and speaks.
 *
 * @param gradients wire dtype of gradients
 * @param weights wire dtype of weights
 * @param compute what forward computes in where it can: bfloat16, float16, or float32 for no mixed precision
 */
public record Precision(DType gradients, DType weights, DType compute) {
    public Precision {
        if (compute == DType.FLOAT16 && gradients != DType.FLOAT16) {
            throw new IllegalArgumentException("Cannot train: computeDtype=float16 gradientDtype=" + gradients
                    + ", expected float16 gradients, which scale the loss; set " + SyncKeys.GRADIENT_DTYPE.name()
                    + "=float16, or compute in bfloat16");
        }
    }

    /** The wire's dtypes from {@code sync}. */
    public static Precision of(SyncSettings sync, DType compute) {
        return new Precision(sync.gradientDtype(), sync.weightDtype(), compute);
    }
}
