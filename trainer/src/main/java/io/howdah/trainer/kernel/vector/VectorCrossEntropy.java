// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.vector;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
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

    /** Whether the kernels take tensors like these: contiguous rows of float32. */
    public static boolean fits(Tensor matrix) {
        return matrix.dtype() == DType.FLOAT32 && matrix.isContiguous() && matrix.size(1) > 0;
    }

    /** As {@link io.howdah.trainer.kernel.Backend#crossEntropy}. */
    public static void forward(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        int width = Math.toIntExact(logits.size(1));
        Parallel.ranges(logits.size(0), GRAIN / width + 1, (from, to) -> {
            float[] row = new float[width];
            for (long i = from; i < to; i++) {
                Memory.copy(logits.address() + i * width * Float.BYTES, row, 0, width);
                int target = (int) Elements.getLong(targets.dtype(), address(targets, i));
                float logit = row[target];
                double logSumExp = logSumExp(row);
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
            float[] row = new float[width];
            for (long i = from; i < to; i++) {
                Memory.copy(logits.address() + i * width * Float.BYTES, row, 0, width);
                double logSumExp = Elements.get(logSumExps.dtype(), address(logSumExps, i));
                double gradient = Elements.get(gradLosses.dtype(), address(gradLosses, i));
                int target = (int) Elements.getLong(targets.dtype(), address(targets, i));
                double probability = Math.exp(row[target] - logSumExp);
                if (Double.isNaN(logSumExp)) {
                    Arrays.fill(row, Float.NaN);
                } else {
                    VectorRows.powers(row, width, (float) logSumExp, (float) gradient);
                }
                row[target] = (float) (gradient * (probability - 1));
                Memory.copy(row, 0, out.address() + i * width * Float.BYTES, width);
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
