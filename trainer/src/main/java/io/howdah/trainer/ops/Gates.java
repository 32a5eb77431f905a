// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Activation functions made of others: gates, and those with parameters that are trained. */
public final class Gates {
    /** silu(a)·b for the halves a and b of the last dimension; derivatives: b·σ(a)(1 + a(1 − σ(a))) and silu(a). */
    static final Op<NoAttributes> SWI_GLU = Op.<NoAttributes>named("swiGlu", AutocastCategory.KEEP)
            .forward(call -> {
                call.saveInput(0);
                try (Contiguous rows = Contiguous.of(call.input(0))) {
                    Tensor out = call.out(halved(call.shape()));
                    Tensor matrix = out.reshaped(Contiguous.matrixShape(out.shape()));
                    call.backend().swiGlu(rows.matrix(), matrix);
                }
            })
            .backward(call -> call.give(
                    0,
                    () -> GradMode.isEnabled()
                            ? swiGluSlopes(call.input(0), call.gradient())
                            : swiGluGradient(call.input(0), call.gradient())));

    static final List<Op<?>> ALL = List.of(SWI_GLU);

    private Gates() {}

    /**
     * a · σ(b) for the halves a and b of one dimension (Dauphin et al. 2016).
     *
     * @throws IllegalArgumentException if the size of the dimension is odd
     */
    public static Tensor glu(Tensor x, int dimension) {
        int index = Dimensions.of("glu", x.shape(), dimension);
        if (x.shape().rank() == 0 || x.size(index) % 2 != 0) {
            throw new IllegalArgumentException("Cannot compute glu: shape=" + x.shape() + " dimension=" + dimension
                    + ", expected an even size there; choose another dimension");
        }
        long half = x.size(index) / 2;
        return Composite.of(() -> Arithmetic.multiply(
                Slices.narrow(x, index, 0, half), Functions.sigmoid(Slices.narrow(x, index, half, half))));
    }

    /** silu(gate) · x, the gate of LLaMA's feed-forward layers (Shazeer 2020). */
    public static Tensor swiGlu(Tensor gate, Tensor x) {
        return Composite.of(() -> Arithmetic.multiply(Activations.silu(gate), x));
    }

    /**
     * silu(a) · b for the halves a and b of the last dimension, as one linear layer for both gives them, by one kernel.
     *
     * @param x […, 2·D]
     * @return […, D]
     * @throws IllegalArgumentException if the size of the last dimension is odd
     */
    public static Tensor swiGlu(Tensor x) {
        if (x.shape().rank() == 0 || x.size(-1) % 2 != 0) {
            throw new IllegalArgumentException("Cannot compute swiGlu: x=" + x.shape()
                    + ", expected an even last dimension; pass gate and value side by side");
        }
        return Dispatcher.call(SWI_GLU, NoAttributes.NONE, x);
    }

    private static Shape halved(Shape shape) {
        long[] sizes = shape.sizes();
        sizes[sizes.length - 1] /= 2;
        return Shape.of(sizes);
    }

    private static Tensor swiGluGradient(Tensor x, Tensor gradient) {
        Tensor result = Tensor.empty(x.dtype(), x.shape());
        Shape rows = Contiguous.matrixShape(x.shape());
        try (Contiguous saved = Contiguous.of(x);
                Contiguous arrived = Contiguous.of(gradient)) {
            Backends.current().swiGluGrad(saved.matrix(), arrived.matrix(), result.reshaped(rows));
        }
        return result;
    }

    /** The same made of ops. */
    private static Tensor swiGluSlopes(Tensor x, Tensor gradient) {
        long half = x.size(-1) / 2;
        Tensor a = Slices.narrow(x, -1, 0, half);
        Tensor b = Slices.narrow(x, -1, half, half);
        Tensor gate = Functions.sigmoid(a);
        Tensor bent = Arithmetic.add(Arithmetic.multiply(a, Arithmetic.subtract(1, gate)), 1);
        Tensor first = Arithmetic.multiply(Arithmetic.multiply(gradient, b), Arithmetic.multiply(gate, bent));
        Tensor second = Arithmetic.multiply(gradient, Arithmetic.multiply(a, gate));
        return Joins.cat(List.of(first, second), -1);
    }

    /**
     * x above 0, else weight·x (He et al. 2015).
     *
     * @param x [N, C, …]
     * @param weight [C], one per channel, or one element for all
     */
    public static Tensor prelu(Tensor x, Tensor weight) {
        int rank = x.shape().rank();
        long channels = rank < 2 ? 1 : x.size(1);
        if (weight.shape().rank() > 1 || weight.elements() != 1 && weight.elements() != channels) {
            throw new IllegalArgumentException("Cannot compute prelu: x=" + x.shape() + " weight=" + weight.shape()
                    + ", expected one element, or " + channels + ", one per channel; correct the weight");
        }
        return Autocasting.call(
                AutocastCategory.LOW, operands -> Composite.of(() -> leaky(operands[0], operands[1])), x, weight);
    }

    /** x where it exceeds the threshold, else {@code value}. */
    public static Tensor threshold(Tensor x, double threshold, double value) {
        return Composite.of(() -> Selection.where(Comparisons.greater(x, threshold), x, value));
    }

    /** min(max(x + 3, 0), 6) / 6. */
    public static Tensor hardSigmoid(Tensor x) {
        return Composite.of(() -> Arithmetic.multiply(Activations.relu6(Arithmetic.add(x, 3)), 1.0 / 6));
    }

    /** x · hardSigmoid(x) (Howard et al. 2019). */
    public static Tensor hardSwish(Tensor x) {
        return Composite.of(() -> Arithmetic.multiply(x, hardSigmoid(x)));
    }

    /** x · tanh(ln(1 + eˣ)) (Misra 2019). */
    public static Tensor mish(Tensor x) {
        return Composite.of(() -> Arithmetic.multiply(x, Functions.tanh(Activations.softplus(x))));
    }

    /** x above 0, else slopes·x with the slopes of the channels. */
    private static Tensor leaky(Tensor x, Tensor slopes) {
        int rank = x.shape().rank();
        Tensor slope = slopes;
        if (slopes.elements() > 1) {
            long[] sizes = new long[rank - 1];
            Arrays.fill(sizes, 1);
            sizes[0] = slopes.elements();
            slope = Views.reshape(slopes, sizes);
        } else if (slopes.shape().rank() > rank) {
            slope = Views.reshape(slopes);
        }
        return Selection.where(Comparisons.greater(x, 0), x, Arithmetic.multiply(x, slope));
    }
}
