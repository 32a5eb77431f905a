// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.vector;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Cross-entropy of a softmax in one pass over the logits, and its gradient in another, without a tensor of probabilities
 * between them. Rows are computed in float32, their sums of exponentials in float64.
 */
public final class VectorCrossEntropy {
    /** Exponentials that are worth a thread. */
    private static final long GRAIN = 1 << 14;

    private VectorCrossEntropy() {}

    /** Whether the kernels take tensors like these: contiguous rows of float32 or bfloat16. */
    public static boolean fits(Tensor matrix) {
        return (matrix.dtype() == DType.FLOAT32 || matrix.dtype() == DType.BFLOAT16)
                && matrix.isContiguous()
                && matrix.size(1) > 0;
    }

    /** As {@link io.howdah.trainer.kernel.Backend#crossEntropy}. */
    public static void forward(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        int width = Math.toIntExact(logits.size(1));
        Parallel.ranges(logits.size(0), GRAIN / width + 1, (from, to) -> {
            RowBuffer row = new RowBuffer(logits.dtype(), width);
            for (long i = from; i < to; i++) {
                row.load(logits, i);
                int target = (int) Elements.getLong(targets.dtype(), address(targets, i));
                float logit = row.values()[target];
                double logSumExp = logSumExp(row.values());
                Elements.put(losses.dtype(), address(losses, i), logSumExp - logit);
                Elements.put(logSumExps.dtype(), address(logSumExps, i), logSumExp);
            }
        });
        fence(logits, targets, losses, logSumExps);
    }

    /** As {@link io.howdah.trainer.kernel.Backend#crossEntropyGrad}; {@code out} may be the logits. */
    public static void backward(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out) {
        int width = Math.toIntExact(logits.size(1));
        Parallel.ranges(logits.size(0), GRAIN / width + 1, (from, to) -> {
            RowBuffer row = new RowBuffer(logits.dtype(), width);
            float[] values = row.values();
            for (long i = from; i < to; i++) {
                row.load(logits, i);
                double logSumExp = Elements.get(logSumExps.dtype(), address(logSumExps, i));
                double gradient = Elements.get(gradLosses.dtype(), address(gradLosses, i));
                int target = (int) Elements.getLong(targets.dtype(), address(targets, i));
                double probability = Math.exp(values[target] - logSumExp);
                if (Double.isNaN(logSumExp)) {
                    Arrays.fill(values, Float.NaN);
                } else {
                    VectorRows.powers(values, width, (float) logSumExp, (float) gradient);
                }
                values[target] = (float) (gradient * (probability - 1));
                row.store(out, i);
            }
        });
        fence(logits, targets, logSumExps, gradLosses);
        Reference.reachabilityFence(out);
    }

    /** Of a row, which is overwritten; NaN where its largest element is NaN or infinite. */
    private static double logSumExp(float[] row) {
        float largest = VectorRows.largest(row, row.length);
        if (!Float.isFinite(largest)) {
            return Double.NaN;
        }
        return largest + Math.log(VectorRows.powers(row, row.length, largest, 1));
    }

    private static long address(Tensor vector, long i) {
        return vector.address() + i * vector.stride(0) * vector.dtype().bytes();
    }

    private static void fence(Tensor first, Tensor second, Tensor third, Tensor fourth) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        Reference.reachabilityFence(third);
        Reference.reachabilityFence(fourth);
    }
}
