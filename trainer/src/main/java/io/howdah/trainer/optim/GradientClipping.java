// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Clips the gradients of parameters before an optimiser's step, as PyTorch's {@code torch.nn.utils.clip_grad_norm_} and {@code
 * clip_grad_value_}. Parameters without a gradient do not count. Gradients that were scaled have to be unscaled first.
 */
public final class GradientClipping {
    private static final int BLOCK = 1 << 14;

    private GradientClipping() {}

    /** What happens if the norm is infinite or NaN. */
    public enum NonFinite {
        /** The gradients are scaled all the same, and become zero or NaN. */
        ACCEPT,
        /** An exception; the gradients stay as they are. */
        REFUSE
    }

    /** {@link #byNorm(Collection, double, double, NonFinite)} with the L2 norm. */
    public static double byNorm(Collection<Tensor> parameters, double maximum, NonFinite nonFinite) {
        return byNorm(parameters, maximum, 2, nonFinite);
    }

    /**
     * Scales all gradients by min(1, maximum/(norm + 10⁻⁶)), where the norm is that of all of them as one vector.
     *
     * @param maximum largest norm, at least 0
     * @param order p of the norm (Σ|g|ᵖ)^(1/p), above 0; infinite for the largest absolute value
     * @return the norm before clipping, in double precision; the same bits for any number of threads
     * @throws IllegalStateException if the norm is not finite and {@code nonFinite} refuses that
     */
    public static double byNorm(Collection<Tensor> parameters, double maximum, double order, NonFinite nonFinite) {
        HyperParameters.atLeast(0.0, "clipping", "maximum", maximum);
        if (!(order > 0)) {
            throw HyperParameters.refusal("clipping", "order", "" + order, "above 0");
        }
        double total = 0;
        for (Tensor parameter : parameters) {
            double part = power(parameter, order);
            total = Double.isInfinite(order) ? Math.max(total, part) : total + part;
        }
        double norm = order == 2 ? Math.sqrt(total) : Double.isInfinite(order) ? total : Math.pow(total, 1 / order);
        if (nonFinite == NonFinite.REFUSE && !Double.isFinite(norm)) {
            throw new IllegalStateException(
                    "Cannot clip gradients: norm=" + norm + " order=" + order
                            + ", expected a finite norm; find the infinite or NaN gradient with anomaly mode, or skip the step");
        }
        float factor = (float) Math.min(1, maximum / (norm + 1e-6));
        if (factor != 1) {
            for (Tensor parameter : parameters) {
                for (Tensor values : values(parameter)) {
                    map(values, value -> (float) value * factor);
                }
            }
        }
        return norm;
    }

    /**
     * Limits every element of all gradients to [−{@code limit}, {@code limit}]; NaN stays NaN.
     *
     * @param limit at least 0
     * @throws IllegalArgumentException for a sparse gradient, whose rows may occur several times; nothing is clipped then
     */
    public static void byValue(Collection<Tensor> parameters, double limit) {
        HyperParameters.atLeast(0.0, "clipping", "limit", limit);
        for (Tensor parameter : parameters) {
            if (parameter.requiresGrad() && Gradients.sparse(parameter) != null) {
                throw new IllegalArgumentException("Cannot clip gradient by value: shape=" + parameter.shape()
                        + " has a sparse gradient, expected a dense one; clip by norm, or make the gradient dense");
            }
        }
        for (Tensor parameter : parameters) {
            for (Tensor values : values(parameter)) {
                map(values, value -> Math.max(-limit, Math.min(limit, value)));
            }
        }
    }

    /** The tensors that hold the gradient, contiguous; of a sparse one its values. */
    private static List<Tensor> values(Tensor parameter) {
        List<Tensor> values = new ArrayList<>();
        if (!parameter.requiresGrad()) {
            return values;
        }
        Tensor dense = parameter.grad();
        if (dense != null && !dense.isContiguous()) {
            Tensor copy = FloatCopies.contiguous(dense);
            Gradients.clear(parameter);
            Gradients.set(parameter, copy);
            dense = copy;
        }
        if (dense != null) {
            values.add(checked(dense));
        }
        SparseRows sparse = Gradients.sparse(parameter);
        if (sparse != null) {
            values.add(checked(sparse.values()));
        }
        return values;
    }

    private static Tensor checked(Tensor gradient) {
        if (!FloatCopies.fits(gradient.dtype())) {
            throw new IllegalArgumentException("Cannot clip gradient: dtype=" + gradient.dtype()
                    + ", expected float32, bfloat16 or float16; convert the parameter");
        }
        return gradient;
    }

    /** Σ|g|ᵖ, or for an infinite p the largest |g|. */
    private static double power(Tensor parameter, double order) {
        SparseRows sparse = parameter.requiresGrad() ? Gradients.sparse(parameter) : null;
        if (sparse != null) {
            SparseRows summed = sparse.coalesced();
            try {
                return power(List.of(checked(summed.values())), order);
            } finally {
                summed.close();
            }
        }
        return power(values(parameter), order);
    }

    private static double power(List<Tensor> tensors, double order) {
        double total = 0;
        for (Tensor tensor : tensors) {
            int blocks = blocks(tensor);
            double[] parts = new double[blocks];
            LaneSums squares = new LaneSums(blocks);
            forEachBlock(tensor, (block, values, count) -> {
                if (order == 2) {
                    squares.addSquares(block, values, 0, count, 0);
                } else {
                    parts[block] = power(values, count, order);
                }
            });
            total = order == 2 ? total + squares.total() : total;
            for (double part : parts) {
                total = Double.isInfinite(order) ? Math.max(total, part) : total + part;
            }
        }
        return total;
    }

    private static double power(float[] values, int count, double order) {
        double part = 0;
        for (int i = 0; i < count; i++) {
            double size = Math.abs(values[i]);
            part = Double.isInfinite(order) ? Math.max(part, size) : part + Math.pow(size, order);
        }
        return part;
    }

    private static void map(Tensor tensor, DoubleUnaryOperator function) {
        forEachBlock(tensor, (block, values, count) -> {
            for (int i = 0; i < count; i++) {
                values[i] = (float) function.applyAsDouble(values[i]);
            }
            FloatCopies.store(values, 0, tensor, (long) block * BLOCK, count);
        });
        tensor.bumpVersion();
    }

    private static int blocks(Tensor tensor) {
        return Math.toIntExact((tensor.elements() + BLOCK - 1) / BLOCK);
    }

    private interface BlockVisitor {
        void visit(int block, float[] values, int count);
    }

    private static void forEachBlock(Tensor tensor, BlockVisitor visitor) {
        Parallel.tasks(blocks(tensor), block -> {
            int count = (int) Math.min(BLOCK, tensor.elements() - (long) block * BLOCK);
            float[] values = new float[count];
            FloatCopies.load(tensor, (long) block * BLOCK, values, 0, count);
            visitor.visit(block, values, count);
        });
    }
}
