// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.tensor.Tensor;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** An activation function as a layer; formulas and sources are in {@link ActivationFunctions}. */
public final class Activation extends Layer {
    private static final Map<String, Supplier<Activation>> NAMED = new TreeMap<>(Map.ofEntries(
            Map.entry("relu", Activation::relu),
            Map.entry("relu6", Activation::relu6),
            Map.entry("gelu", Activation::gelu),
            Map.entry("gelu_tanh", Activation::geluTanh),
            Map.entry("silu", Activation::silu),
            Map.entry("tanh", Activation::tanh),
            Map.entry("sigmoid", Activation::sigmoid),
            Map.entry("log_sigmoid", Activation::logSigmoid),
            Map.entry("leaky_relu", () -> leakyRelu(0.01)),
            Map.entry("elu", () -> elu(1)),
            Map.entry("softplus", () -> softplus(1, 20)),
            Map.entry("hard_tanh", () -> hardTanh(-1, 1)),
            Map.entry("hard_sigmoid", Activation::hardSigmoid),
            Map.entry("hard_swish", Activation::hardSwish),
            Map.entry("mish", Activation::mish),
            Map.entry("glu", () -> glu(-1)),
            Map.entry("swiglu", Activation::swiGlu),
            Map.entry("softmax", () -> softmax(-1)),
            Map.entry("log_softmax", () -> logSoftmax(-1))));

    private final String text;
    private final UnaryOperator<Tensor> function;

    private Activation(String text, UnaryOperator<Tensor> function) {
        this.text = text;
        this.function = function;
    }

    /**
     * The activation with a name, with PyTorch's default numbers.
     *
     * @throws IllegalArgumentException for an unknown name; it lists the known ones
     */
    public static Activation named(String name) {
        Supplier<Activation> found = NAMED.get(name);
        if (found == null) {
            throw new IllegalArgumentException("Cannot make activation: name=" + name + ", expected one of "
                    + NAMED.keySet() + "; correct the name");
        }
        return found.get();
    }

    /** The names that {@link #named} knows. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(NAMED.keySet());
    }

    public static Activation relu() {
        return new Activation("relu", ActivationFunctions::relu);
    }

    public static Activation relu6() {
        return new Activation("relu6", ActivationFunctions::relu6);
    }

    public static Activation gelu() {
        return new Activation("gelu", ActivationFunctions::gelu);
    }

    public static Activation geluTanh() {
        return new Activation("gelu_tanh", ActivationFunctions::geluTanh);
    }

    public static Activation silu() {
        return new Activation("silu", ActivationFunctions::silu);
    }

    public static Activation tanh() {
        return new Activation("tanh", ActivationFunctions::tanh);
    }

    public static Activation sigmoid() {
        return new Activation("sigmoid", ActivationFunctions::sigmoid);
    }

    public static Activation logSigmoid() {
        return new Activation("log_sigmoid", ActivationFunctions::logSigmoid);
    }

    public static Activation leakyRelu(double slope) {
        return new Activation("leaky_relu, slope=" + slope, x -> ActivationFunctions.leakyRelu(x, slope));
    }

    public static Activation elu(double alpha) {
        return new Activation("elu, alpha=" + alpha, x -> ActivationFunctions.elu(x, alpha));
    }

    public static Activation softplus(double beta, double threshold) {
        return new Activation(
                "softplus, beta=" + beta + ", threshold=" + threshold,
                x -> ActivationFunctions.softplus(x, beta, threshold));
    }

    public static Activation hardTanh(double low, double high) {
        return new Activation(
                "hard_tanh, low=" + low + ", high=" + high, x -> ActivationFunctions.hardTanh(x, low, high));
    }

    public static Activation hardSigmoid() {
        return new Activation("hard_sigmoid", ActivationFunctions::hardSigmoid);
    }

    public static Activation hardSwish() {
        return new Activation("hard_swish", ActivationFunctions::hardSwish);
    }

    public static Activation mish() {
        return new Activation("mish", ActivationFunctions::mish);
    }

    /** Halves the dimension. */
    public static Activation glu(int dimension) {
        return new Activation("glu, dimension=" + dimension, x -> ActivationFunctions.glu(x, dimension));
    }

    /** […, 2·D], gates before values, to […, D]. */
    public static Activation swiGlu() {
        return new Activation("swiglu", ActivationFunctions::swiGlu);
    }

    public static Activation softmax(int dimension) {
        return new Activation("softmax, dimension=" + dimension, x -> ActivationFunctions.softmax(x, dimension));
    }

    public static Activation logSoftmax(int dimension) {
        return new Activation("log_softmax, dimension=" + dimension, x -> ActivationFunctions.logSoftmax(x, dimension));
    }

    @Override
    protected Tensor compute(Tensor x) {
        return function.apply(x);
    }

    @Override
    protected String expected() {
        return "a floating-point input of a shape that the function takes";
    }

    @Override
    protected String describe() {
        return text;
    }
}
