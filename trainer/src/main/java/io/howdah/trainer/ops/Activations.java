// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Activation functions. */
public final class Activations {
    private static final double SQRT_2_BY_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    /** max(x, 0); derivative: 1 where the output is positive, else 0. */
    static final Op<Parameters> RELU = Op.<Parameters>named("relu", AutocastCategory.KEEP)
            .dtypes(Op.NUMERIC)
            .inPlace()
            .forward(call -> {
                call.backend().unary(Unary.RELU, 0, 0, call.input(0), call.outAlike());
                call.saveOutput(0);
            })
            .backward(call -> call.give(
                    0,
                    () -> Slopes.times(
                            Unary.RELU,
                            call.output(0),
                            call.gradient(),
                            () -> Selection.where(Comparisons.greater(call.output(0), 0), call.gradient(), 0.0))));

    /** x·Φ(x), Φ(x) = ½(1 + erf(x/√2)); derivative: Φ(x) + x·φ(x), φ(x) = e^(−x²/2)/√(2π). */
    static final Op<Parameters> GELU = activation("gelu", Unary.GELU, (x, parameters) -> {
        Tensor cumulative = Arithmetic.affine(Functions.erf(Arithmetic.multiply(x, Math.sqrt(0.5))), 0.5, 0.5);
        Tensor density = Arithmetic.multiply(
                Functions.exp(Arithmetic.multiply(Functions.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return Arithmetic.add(cumulative, Arithmetic.multiply(x, density));
    });

    /** ½x(1 + t), t = tanh u, u = √(2/π)·(x + 0.044715x³); derivative: ½(1 + t) + ½x(1 − t²)·u′. */
    static final Op<Parameters> GELU_TANH = activation("geluTanh", Unary.GELU_TANH, (x, parameters) -> {
        Tensor square = Functions.square(x);
        Tensor inner = Arithmetic.multiply(x, Arithmetic.affine(square, CUBIC * SQRT_2_BY_PI, SQRT_2_BY_PI));
        Tensor tanh = Functions.tanh(inner);
        Tensor slope = Arithmetic.affine(square, 3 * CUBIC * SQRT_2_BY_PI, SQRT_2_BY_PI);
        Tensor right = Arithmetic.multiply(Arithmetic.affine(Functions.square(tanh), -0.5, 0.5), slope);
        return Arithmetic.add(Arithmetic.affine(tanh, 0.5, 0.5), Arithmetic.multiply(x, right));
    });

    /** x·σ(x), σ the sigmoid; derivative: σ(x)·(1 + x·(1 − σ(x))). */
    static final Op<Parameters> SILU = activation("silu", Unary.SILU, (x, parameters) -> {
        Tensor sigmoid = Functions.sigmoid(x);
        Tensor bent = Arithmetic.multiply(x, Arithmetic.subtract(1, sigmoid));
        return Arithmetic.multiply(sigmoid, Arithmetic.add(bent, 1));
    });

    /** ln σ(x); derivative: σ(−x). */
    static final Op<Parameters> LOG_SIGMOID =
            activation("logSigmoid", Unary.LOG_SIGMOID, (x, parameters) -> Functions.sigmoid(Arithmetic.negate(x)));

    /** x above 0, else α(eˣ − 1); derivative: 1 or αeˣ. */
    static final Op<Parameters> ELU = activation("elu", Unary.ELU, (x, parameters) -> {
        // Of x at most 0, because 0 · ∞ would spoil the derivative of what is not taken.
        Tensor bent =
                Arithmetic.multiply(Functions.exp(Bounds.clamp(x, Double.NEGATIVE_INFINITY, 0)), parameters.alpha());
        return Selection.where(Comparisons.greater(x, 0), 1, bent);
    });

    /** x above 0, else α·x; derivative: 1 or α. */
    static final Op<Parameters> LEAKY_RELU = activation(
            "leakyRelu",
            Unary.LEAKY_RELU,
            (x, parameters) -> Selection.where(
                    Comparisons.greater(x, 0),
                    Tensor.scalar(x.dtype(), 1),
                    Tensor.scalar(x.dtype(), parameters.alpha())));

    /** ln(1 + e^(α·x)) / α, or x where α·x exceeds β; derivative: σ(α·x), or 1. */
    static final Op<Parameters> SOFTPLUS = activation("softplus", Unary.SOFTPLUS, (x, parameters) -> {
        Tensor scaled = Arithmetic.multiply(x, parameters.alpha());
        return Selection.where(Comparisons.greater(scaled, parameters.beta()), 1, Functions.sigmoid(scaled));
    });

    /** min(max(x, α), β); derivative: 1 strictly between the bounds, else 0. */
    static final Op<Parameters> HARD_TANH = activation("hardTanh", Unary.HARD_TANH, (x, parameters) -> {
        Tensor inside = Logic.and(Comparisons.greater(x, parameters.alpha()), Comparisons.less(x, parameters.beta()));
        return Casts.to(inside, x.dtype());
    });

    static final List<Op<?>> ALL =
            List.of(RELU, GELU, GELU_TANH, SILU, LOG_SIGMOID, ELU, LEAKY_RELU, SOFTPLUS, HARD_TANH);

    /** Numbers of an activation function, as {@link Unary} names them; 0 where it has none. */
    record Parameters(double alpha, double beta) {
        static final Parameters NONE = new Parameters(0, 0);
    }

    private interface Slope {
        Tensor at(Tensor x, Parameters parameters);
    }

    private Activations() {}

    /** max(x, 0); the derivative at 0 is 0. */
    public static Tensor relu(Tensor x) {
        return Dispatcher.call(RELU, Parameters.NONE, x);
    }

    /** x = max(x, 0); returns x. */
    public static Tensor reluInPlace(Tensor x) {
        return Dispatcher.write(RELU, Parameters.NONE, x);
    }

    /** ½x(1 + erf(x/√2)), the exact form (Hendrycks and Gimpel 2016). */
    public static Tensor gelu(Tensor x) {
        return Dispatcher.call(GELU, Parameters.NONE, x);
    }

    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), the approximation (Hendrycks and Gimpel 2016). */
    public static Tensor geluTanh(Tensor x) {
        return Dispatcher.call(GELU_TANH, Parameters.NONE, x);
    }

    /** x / (1 + e⁻ˣ), also called swish (Elfwing et al. 2017). */
    public static Tensor silu(Tensor x) {
        return Dispatcher.call(SILU, Parameters.NONE, x);
    }

    /** x = x / (1 + e⁻ˣ); returns x. */
    public static Tensor siluInPlace(Tensor x) {
        return Dispatcher.write(SILU, Parameters.NONE, x);
    }

    /** −ln(1 + e⁻ˣ), the logarithm of the sigmoid. */
    public static Tensor logSigmoid(Tensor x) {
        return Dispatcher.call(LOG_SIGMOID, Parameters.NONE, x);
    }

    /** x above 0, else α(eˣ − 1) (Clevert et al. 2015); PyTorch's α is 1. */
    public static Tensor elu(Tensor x, double alpha) {
        return Dispatcher.call(ELU, new Parameters(alpha, 0), x);
    }

    /** x = x above 0, else α(eˣ − 1); returns x. */
    public static Tensor eluInPlace(Tensor x, double alpha) {
        return Dispatcher.write(ELU, new Parameters(alpha, 0), x);
    }

    /** x above 0, else slope·x (Maas et al. 2013); PyTorch's slope is 0.01. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return Dispatcher.call(LEAKY_RELU, new Parameters(slope, 0), x);
    }

    /** x = x above 0, else slope·x; returns x. */
    public static Tensor leakyReluInPlace(Tensor x, double slope) {
        return Dispatcher.write(LEAKY_RELU, new Parameters(slope, 0), x);
    }

    /** ln(1 + eˣ). */
    public static Tensor softplus(Tensor x) {
        return softplus(x, 1, 20);
    }

    /** ln(1 + e^(βx)) / β, and x where βx exceeds the threshold. */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        return Dispatcher.call(SOFTPLUS, new Parameters(beta, threshold), x);
    }

    /**
     * min(max(x, low), high); the derivative at both bounds is 0.
     *
     * @throws IllegalArgumentException if low exceeds high
     */
    public static Tensor hardTanh(Tensor x, double low, double high) {
        return Dispatcher.call(HARD_TANH, range(low, high), x);
    }

    /** x = min(max(x, low), high); returns x. */
    public static Tensor hardTanhInPlace(Tensor x, double low, double high) {
        return Dispatcher.write(HARD_TANH, range(low, high), x);
    }

    /** min(max(x, 0), 6). */
    public static Tensor relu6(Tensor x) {
        return hardTanh(x, 0, 6);
    }

    private static Parameters range(double low, double high) {
        if (low > high) {
            throw new IllegalArgumentException(
                    "Cannot compute hardTanh: low=" + low + " high=" + high + ", expected low <= high; swap them");
        }
        return new Parameters(low, high);
    }

    /** A function of one tensor that saves its input. */
    private static Op<Parameters> activation(String name, Unary function, Slope slope) {
        return Op.<Parameters>named(name, AutocastCategory.KEEP)
                .inPlace()
                .forward(call -> {
                    Parameters parameters = call.attributes();
                    call.saveInput(0);
                    call.backend()
                            .unary(function, parameters.alpha(), parameters.beta(), call.input(0), call.outAlike());
                })
                .backward(call -> call.give(0, () -> {
                    Tensor x = call.input(0);
                    Parameters parameters = call.attributes();
                    return GradMode.isEnabled()
                            ? Arithmetic.multiply(call.gradient(), slope.at(x, parameters))
                            : Slopes.times(function, parameters.alpha(), parameters.beta(), x, call.gradient());
                }));
    }
}
