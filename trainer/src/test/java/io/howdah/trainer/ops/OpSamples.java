// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Inputs on which the conformance test tries each op, by name of the op. */
final class OpSamples {
    static final Map<String, List<Sample>> ALL = new LinkedHashMap<>();

    /**
     * One call of an op.
     *
     * @param shapes shapes of the operands
     * @param low smallest operand element
     * @param epsilon step of the differences that its gradients are compared with
     * @param call the op as users call it, on the operands
     */
    record Sample(List<Shape> shapes, double low, double epsilon, Function<List<Tensor>, Tensor> call) {}

    static {
        for (var entry : Map.<String, Function<List<Tensor>, Tensor>>of(
                        "add", x -> Arithmetic.add(x.get(0), x.get(1)),
                        "subtract", x -> Arithmetic.subtract(x.get(0), x.get(1)),
                        "multiply", x -> Arithmetic.multiply(x.get(0), x.get(1)),
                        "divide", x -> Arithmetic.divide(x.get(0), x.get(1)))
                .entrySet()) {
            ALL.put(
                    entry.getKey(),
                    List.of(
                            sample(0.5, entry.getValue(), shape(3, 4), shape(3, 4)),
                            sample(0.5, entry.getValue(), shape(2, 3, 4), shape(3, 1)),
                            sample(0.5, entry.getValue(), shape(4), shape(2, 1, 4)),
                            sample(0.5, entry.getValue(), shape(), shape(2, 2)),
                            sample(0.5, entry.getValue(), shape(0, 3), shape(3))));
        }
        unary("negate", -2, Arithmetic::negate);
        unary("exp", -2, Functions::exp);
        unary("log", 0.2, Functions::log);
        unary("sqrt", 0.2, Functions::sqrt);
        unary("tanh", -2, Functions::tanh);
        unary("sigmoid", -2, Functions::sigmoid);
        unary("relu", -2, Functions::relu);
        unary("gelu", -2, Functions::gelu);
        ALL.put(
                "matmul",
                List.of(
                        sample(-1, x -> Matrices.matmul(x.get(0), x.get(1)), shape(3, 4), shape(4, 5)),
                        sample(-1, x -> Matrices.matmul(x.get(0), x.get(1)), shape(2, 3, 4), shape(2, 4, 5)),
                        sample(-1, x -> Matrices.matmul(x.get(0), x.get(1)), shape(2, 0), shape(0, 3))));
        ALL.put(
                "linear",
                List.of(
                        sample(-1, x -> Matrices.linear(x.get(0), x.get(1), null), shape(3, 4), shape(5, 4)),
                        sample(-1, x -> Matrices.linear(x.get(0), x.get(1), null), shape(2, 3, 4), shape(5, 4)),
                        sample(-1, x -> Matrices.linear(x.get(0), x.get(1), null), shape(4), shape(5, 4))));
        ALL.put(
                "linearWithBias",
                List.of(sample(
                        -1,
                        x -> Matrices.linear(x.get(0), x.get(1), x.get(2)),
                        shape(2, 3, 4),
                        shape(5, 4),
                        shape(5))));
        ALL.put(
                "reshape",
                List.of(
                        sample(-1, x -> Views.reshape(x.get(0), 4, -1), shape(2, 6)),
                        sample(-1, x -> Views.reshape(x.get(0)), shape(1, 1))));
        ALL.put(
                "transpose",
                List.of(
                        sample(-1, x -> Views.transpose(x.get(0), 0, -1), shape(2, 3, 4)),
                        // The gradient that arrives is a transposed view.
                        sample(-1, x -> Views.reshape(Views.transpose(x.get(0), 0, 1), 12), shape(3, 4))));
        ALL.put(
                "narrow",
                List.of(
                        sample(-1, x -> Views.narrow(x.get(0), 1, 1, 2), shape(3, 4)),
                        sample(-1, x -> Views.narrow(x.get(0), 0, 2, 0), shape(3, 4))));
        ALL.put("sum", reductions(Reductions::sum));
        ALL.put("mean", reductions(Reductions::mean));
        ALL.put(
                "embedding",
                List.of(
                        sample(
                                -1,
                                x -> Lookup.embedding(x.get(0), Tensor.of(new long[] {3, 0, 3, 1}, 2, 2)),
                                shape(4, 3)),
                        sample(-1, x -> Lookup.embedding(x.get(0), Tensor.of(new byte[] {2}, 1)), shape(4, 3))));
        ALL.put(
                "crossEntropy",
                List.of(
                        crossEntropy(Losses.Reduction.NONE),
                        crossEntropy(Losses.Reduction.MEAN),
                        crossEntropy(Losses.Reduction.SUM)));
        // A wide step, because float32 lies between.
        ALL.put(
                "to",
                List.of(new Sample(
                        List.of(shape(2, 3)),
                        -1,
                        0x1p-6,
                        x -> Casts.to(Casts.to(x.get(0), DType.FLOAT32), DType.FLOAT64))));
    }

    private OpSamples() {}

    private interface Reduction {
        Tensor of(Tensor input, int... dimensions);
    }

    private static List<Sample> reductions(Reduction reduction) {
        return List.of(
                sample(-1, x -> reduction.of(x.get(0)), shape(2, 3)),
                sample(-1, x -> reduction.of(x.get(0)), shape()),
                sample(-1, x -> reduction.of(x.get(0), -1), shape(2, 3)),
                sample(-1, x -> reduction.of(x.get(0), 2, 0), shape(2, 3, 4)));
    }

    private static Sample crossEntropy(Losses.Reduction reduction) {
        return sample(
                -2, x -> Losses.crossEntropy(x.get(0), Tensor.of(new int[] {4, 0, 2}, 3), reduction), shape(3, 5));
    }

    private static void unary(String name, double low, Function<Tensor, Tensor> function) {
        ALL.put(
                name,
                List.of(
                        sample(low, x -> function.apply(x.get(0)), shape(3, 4)),
                        sample(low, x -> function.apply(x.get(0)), shape()),
                        sample(low, x -> function.apply(x.get(0)), shape(2, 0))));
    }

    private static Sample sample(double low, Function<List<Tensor>, Tensor> call, Shape... shapes) {
        return new Sample(List.of(shapes), low, 1e-6, call);
    }

    private static Shape shape(long... sizes) {
        return Shape.of(sizes);
    }
}
