// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_accurate;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_log;

import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.kernel.vector.VectorCrossEntropy;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import io.howdah.trainer.tensor.VectorModule;
import java.lang.ref.Reference;

/** Softmax over rows, and cross-entropy on top of it, of which one element per row is left to Java. */
final class Softmaxes {
    /** Rows that are worth a thread. */
    private static final int BLOCK = 256;

    /** Smaller probabilities have lost digits, or all of them. */
    private static final float LEAST_PROBABILITY = 1e-30f;

    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;
    private final NaNs nans;

    Softmaxes(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
        this.nans = new NaNs(runner);
    }

    boolean softmax(boolean logarithm, Tensor in, Tensor out) {
        return fits(in, out) && run(logarithm, in, out);
    }

    /**
     * False also where a row holds NaN: it ought to become NaN as a whole, but oneDNN's maximum and exp overlook NaN, so
     * that all its other elements become as small as can be.
     */
    private boolean run(boolean logarithm, Tensor in, Tensor out) {
        boolean late = !in.sharesStorage(out);
        return (late || nans.absent(in))
                && Call.of(Family.SOFTMAX, algorithm(logarithm))
                        .reads(DNNL_ARG_SRC, in, rows(in))
                        .writes(DNNL_ARG_DST, out, rows(out))
                        .run(runner)
                && !(late && startsSmall(logarithm, out) && !nans.absent(in));
    }

    /** Whether some row of a result begins with its least value, or NaN. */
    private static boolean startsSmall(boolean logarithm, Tensor out) {
        long step = out.size(-1) * out.dtype().bytes();
        long end = out.address() + out.elements() * out.dtype().bytes();
        double least = logarithm ? Double.NEGATIVE_INFINITY : 0;
        boolean found = false;
        if (out.dtype() == DType.FLOAT32) {
            for (long address = out.address(); address < end; address += step) {
                found |= !(Memory.getFloat(address) > least);
            }
        } else {
            for (long address = out.address(); address < end; address += step) {
                found |= !(Elements.get(out.dtype(), address) > least);
            }
        }
        Reference.reachabilityFence(out);
        return found;
    }

    boolean softmaxGrad(boolean logarithm, Tensor result, Tensor gradOut, Tensor out) {
        return fits(result, gradOut, out)
                && !(logarithm && !nans.absent(result))
                && Call.of(Family.SOFTMAX_GRAD, algorithm(logarithm))
                        .reads(DNNL_ARG_DST, result, rows(result))
                        .reads(DNNL_ARG_DIFF_DST, gradOut, rows(gradOut))
                        .writes(DNNL_ARG_DIFF_SRC, out, rows(out))
                        .run(runner);
    }

    boolean crossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        if (VectorModule.isPresent() && VectorCrossEntropy.fits(logits)) {
            VectorCrossEntropy.forward(logits, targets, losses, logSumExps);
            return true;
        }
        if (!fits(logits)) {
            return false;
        }
        try (Tensor probabilities = Tensor.empty(DType.FLOAT32, logits.shape())) {
            // Cheaper than its logarithm, of which one element per row is wanted.
            if (!run(false, logits, probabilities)) {
                return false;
            }
            long count = logits.size(0);
            Parallel.ranges(count, BLOCK, (from, to) -> {
                for (long i = from; i < to; i++) {
                    long target = Elements.getLong(targets.dtype(), address(targets, i));
                    double logit = logit(logits, i * logits.size(1) + target);
                    double logSumExp = logSumExp(logits, probabilities, i, target);
                    Elements.put(losses.dtype(), address(losses, i), logSumExp - logit);
                    Elements.put(logSumExps.dtype(), address(logSumExps, i), logSumExp);
                }
            });
        }
        Reference.reachabilityFence(logits);
        Reference.reachabilityFence(targets);
        Reference.reachabilityFence(losses);
        Reference.reachabilityFence(logSumExps);
        return true;
    }

    /** x − ln softmax(x), of the target's x unless that has no probability, else of the most probable one. */
    private static double logSumExp(Tensor logits, Tensor probabilities, long row, long target) {
        long start = row * logits.size(1);
        long first = probabilities.address() + start * Float.BYTES;
        long chosen = target;
        float probability = Memory.getFloat(first + target * Float.BYTES);
        if (probability < LEAST_PROBABILITY) {
            for (long c = 0; c < logits.size(1); c++) {
                float other = Memory.getFloat(first + c * Float.BYTES);
                if (other > probability) {
                    probability = other;
                    chosen = c;
                }
            }
        }
        return logit(logits, start + chosen) - Math.log(probability);
    }

    private static double logit(Tensor logits, long element) {
        return Elements.get(
                logits.dtype(), logits.address() + element * logits.dtype().bytes());
    }

    /** out = exp(logits − logSumExps) · gradLosses, then minus gradLosses at the targets. */
    boolean crossEntropyGrad(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out) {
        if (VectorModule.isPresent() && VectorCrossEntropy.fits(logits) && VectorCrossEntropy.fits(out)) {
            VectorCrossEntropy.backward(logits, targets, logSumExps, gradLosses, out);
            return true;
        }
        // A NaN among the logits of a row is one among the sums too.
        if (!fits(logits, out) || !logSumExps.isContiguous() || NaNs.present(logSumExps)) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor sums = temporaries.contiguous(logSumExps, DType.FLOAT32);
            Tensor gradients = temporaries.contiguous(gradLosses, DType.FLOAT32);
            // Binary primitives keep the dtype, so that 16-bit results are made in float32 and rounded at the end.
            Tensor wide = temporaries.contiguous(logits, DType.FLOAT32);
            Tensor result = temporaries.result(out, DType.FLOAT32);
            Layout column = Layout.contiguous(DType.FLOAT32, logits.size(0), 1);
            boolean done = Call.of(Family.EXP_OF_DIFFERENCE)
                            .reads(DNNL_ARG_SRC, wide, rows(wide))
                            .reads(DNNL_ARG_SRC_1, sums, column)
                            .writes(DNNL_ARG_DST, result, rows(result))
                            .run(runner)
                    && Call.of(Family.BINARY, dnnl_binary_mul)
                            .reads(DNNL_ARG_SRC, result, rows(result))
                            .reads(DNNL_ARG_SRC_1, gradients, column)
                            .writes(DNNL_ARG_DST, result, rows(result))
                            .run(runner);
            if (done) {
                temporaries.finish();
                subtractAtTargets(targets, gradients, logits, sums, out);
            }
            return done;
        }
    }

    private static void subtractAtTargets(
            Tensor targets, Tensor gradLosses, Tensor logits, Tensor logSumExps, Tensor out) {
        int bytes = out.dtype().bytes();
        Parallel.ranges(out.size(0), BLOCK, (from, to) -> {
            for (long i = from; i < to; i++) {
                long element = (i * out.size(1) + Elements.getLong(targets.dtype(), address(targets, i))) * bytes;
                double logit = Elements.get(logits.dtype(), logits.address() + element);
                double probability = Math.exp(logit - Memory.getFloat(address(logSumExps, i)));
                double gradient = Memory.getFloat(address(gradLosses, i)) * (probability - 1);
                Elements.put(out.dtype(), out.address() + element, gradient);
            }
        });
        Reference.reachabilityFence(targets);
        Reference.reachabilityFence(gradLosses);
        Reference.reachabilityFence(logits);
        Reference.reachabilityFence(logSumExps);
        Reference.reachabilityFence(out);
    }

    private static long address(Tensor tensor, long i) {
        return tensor.address() + i * tensor.stride(0) * tensor.dtype().bytes();
    }

    private boolean fits(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (!thresholds.fits(tensor) || !tensor.isContiguous()) {
                return false;
            }
        }
        return true;
    }

    private static Layout rows(Tensor tensor) {
        long width = tensor.size(-1);
        Shape shape = Shape.of(tensor.elements() / width, width);
        return Layout.contiguous(tensor.dtype(), shape.sizes());
    }

    private static int algorithm(boolean logarithm) {
        return logarithm ? dnnl_softmax_log : dnnl_softmax_accurate;
    }
}
