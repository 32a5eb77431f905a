// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Checked class numbers.
 *
 * @param numbers in [0, C), 0 for ignored samples
 * @param kept bool, which samples are not ignored; null if none is
 * @param count how many are not ignored
 */
record ClassTargets(Tensor numbers, @Nullable Tensor kept, long count) {
    /** Checks the targets, and splits them where there are ignored ones. */
    static ClassTargets of(String op, Tensor targets, long classes, long ignoreIndex) {
        if (targets.dtype().kind() != DType.Kind.INTEGRAL) {
            throw new IllegalArgumentException("Cannot compute " + op + ": targets=" + targets
                    + ", expected class numbers of an integral dtype; convert them with to(dtype)");
        }
        long[] ignored = {0};
        Elements.forEach(targets, address -> {
            long number = Elements.getLong(targets.dtype(), address);
            if (number == ignoreIndex) {
                ignored[0]++;
            } else if (number < 0 || number >= classes) {
                throw new IndexOutOfBoundsException("Cannot compute " + op + ": target=" + number
                        + ", expected 0 <= target < " + classes + " or " + ignoreIndex + "; correct the targets");
            }
        });
        return ignored[0] == 0
                ? new ClassTargets(targets, null, targets.elements())
                : split(targets, ignoreIndex, targets.elements() - ignored[0]);
    }

    private static ClassTargets split(Tensor targets, long ignoreIndex, long count) {
        Tensor numbers = Tensor.empty(DType.INT64, targets.shape());
        Tensor kept = Tensor.empty(DType.BOOL, targets.shape());
        long[] place = {0};
        Elements.forEach(targets, address -> {
            long number = Elements.getLong(targets.dtype(), address);
            boolean keep = number != ignoreIndex;
            Elements.putLong(DType.INT64, numbers.address() + place[0] * Long.BYTES, keep ? number : 0);
            Elements.putLong(DType.BOOL, kept.address() + place[0], keep ? 1 : 0);
            place[0]++;
        });
        return new ClassTargets(numbers, kept, count);
    }

    /** A value per sample, 0 for ignored ones. */
    Tensor clearIgnored(Tensor values) {
        return kept == null ? values : Selection.where(kept, values, 0.0);
    }

    /** The weight of each sample, 0 for ignored ones; null where there are no weights. */
    @Nullable
    Tensor weights(@Nullable Tensor weightOfClass) {
        if (weightOfClass == null) {
            return null;
        }
        Tensor table = Views.reshape(weightOfClass, weightOfClass.elements(), 1);
        Tensor weights = Lookup.embedding(table, numbers);
        return clearIgnored(Views.reshape(weights, numbers.shape().sizes()));
    }

    /** Losses that have been weighted, reduced; the mean is divided by the weights of the samples that count. */
    Tensor reduce(Tensor losses, @Nullable Tensor weights, Losses.Reduction reduction) {
        if (reduction != Losses.Reduction.MEAN) {
            return reduction.of(losses);
        }
        Tensor sum = Reductions.sum(losses);
        return weights == null
                ? Arithmetic.multiply(sum, 1.0 / count)
                : Arithmetic.divide(sum, Reductions.sum(weights));
    }
}
