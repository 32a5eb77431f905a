// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/** Cross-entropy of a softmax, row by row, computed in binary64. */
final class SoftmaxLoss {
    private SoftmaxLoss() {}

    static void forward(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        double[] row = new double[Math.toIntExact(logits.size(1))];
        for (long i = 0; i < logits.size(0); i++) {
            readRow(logits, i, row);
            double logSumExp = Softmax.logSumExp(row);
            int target = (int) Elements.getLong(targets.dtype(), element(targets, i));
            Elements.put(losses.dtype(), element(losses, i), logSumExp - row[target]);
            Elements.put(logSumExps.dtype(), element(logSumExps, i), logSumExp);
        }
        fence(logits, targets, losses, logSumExps);
    }

    static void backward(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out) {
        double[] row = new double[Math.toIntExact(logits.size(1))];
        DType dtype = logits.dtype();
        long step = out.stride(1) * dtype.bytes();
        for (long i = 0; i < logits.size(0); i++) {
            readRow(logits, i, row);
            double logSumExp = Elements.get(logSumExps.dtype(), element(logSumExps, i));
            double gradient = Elements.get(gradLosses.dtype(), element(gradLosses, i));
            int target = (int) Elements.getLong(targets.dtype(), element(targets, i));
            long to = element(out, i);
            for (int c = 0; c < row.length; c++) {
                double probability = Math.exp(row[c] - logSumExp);
                Elements.put(dtype, to + c * step, gradient * (probability - (c == target ? 1 : 0)));
            }
        }
        fence(logits, targets, logSumExps, gradLosses);
        Reference.reachabilityFence(out);
    }

    private static void readRow(Tensor matrix, long i, double[] row) {
        long from = element(matrix, i);
        long step = matrix.stride(1) * matrix.dtype().bytes();
        for (int c = 0; c < row.length; c++) {
            row[c] = Elements.get(matrix.dtype(), from + c * step);
        }
    }

    private static long element(Tensor tensor, long i) {
        return tensor.address() + i * tensor.stride(0) * tensor.dtype().bytes();
    }

    private static void fence(Tensor first, Tensor second, Tensor third, Tensor fourth) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        Reference.reachabilityFence(third);
        Reference.reachabilityFence(fourth);
    }
}
