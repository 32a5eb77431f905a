// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares the gradients of a function with central differences, in float64: for random v, ∂⟨f(x), v⟩/∂x within
 * 1e-5 + 1e-3·|expected|, the tolerances of PyTorch's gradcheck; and the gradients of the gradients likewise.
 */
final class GradCheck {
    private GradCheck() {}

    /** @param inputs float64 tensors, of any layout; their elements are changed and restored */
    static void check(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, double epsilon, Philox random) {
        List<Tensor> leaves = inputs.stream().map(Autograd::parameter).toList();
        Tensor out = function.apply(leaves);
        assertThat(out.requiresGrad()).isTrue();
        Tensor seed = seed(out, random);
        double[] weights = seed.toDoubles();

        Autograd.backward(out, seed, Autograd.SavedTensors.RETAIN);
        List<double[]> first = gradients(leaves);
        leaves.forEach(Gradients::clear);
        Autograd.backward(out, seed, Autograd.SavedTensors.FREE);
        List<double[]> second = gradients(leaves);

        for (int i = 0; i < leaves.size(); i++) {
            assertThat(second.get(i)).as("second backward, input %d", i).containsExactly(first.get(i));
            assertThat(first.get(i).length).isEqualTo((int) leaves.get(i).elements());
            checkInput(leaves.get(i), epsilon, first.get(i), () -> product(function.apply(leaves), weights));
        }
    }

    /** Checks the gradients of Σ ⟨∂⟨f(x), v⟩/∂x, w⟩ for x and v, with random v and w. */
    static void checkTwice(
            Function<List<Tensor>, Tensor> function, List<Tensor> inputs, double epsilon, Philox random) {
        List<Tensor> leaves = inputs.stream().map(Autograd::parameter).toList();
        Tensor seed = Autograd.parameter(seed(function.apply(leaves), random));
        List<Tensor> weights = leaves.stream().map(leaf -> seed(leaf, random)).toList();
        List<Tensor> all = new ArrayList<>(leaves);
        all.add(seed);

        Tensor total = gradientProduct(function, leaves, seed, weights);
        List<double[]> gradients = total.requiresGrad()
                ? gradients(total, all)
                // The gradient is a constant.
                : all.stream()
                        .map(input -> new double[Math.toIntExact(input.elements())])
                        .toList();
        for (int i = 0; i < all.size(); i++) {
            checkInput(
                    all.get(i),
                    epsilon,
                    gradients.get(i),
                    () -> gradientProduct(function, leaves, seed, weights).item());
        }
    }

    private static List<double[]> gradients(Tensor total, List<Tensor> inputs) {
        return Autograd.grad(
                        List.of(total),
                        List.of(Tensor.scalar(DType.FLOAT64, 1)),
                        inputs,
                        Autograd.SavedTensors.FREE,
                        Autograd.Unused.ZEROS)
                .stream()
                .map(Tensor::toDoubles)
                .toList();
    }

    private static Tensor gradientProduct(
            Function<List<Tensor>, Tensor> function, List<Tensor> leaves, Tensor seed, List<Tensor> weights) {
        List<@Nullable Tensor> gradients = Autograd.grad(
                List.of(function.apply(leaves)),
                List.of(seed),
                leaves,
                Autograd.SavedTensors.DIFFERENTIATE,
                Autograd.Unused.ZEROS);
        Tensor total = Tensor.scalar(DType.FLOAT64, 0);
        for (int i = 0; i < weights.size(); i++) {
            total = Arithmetic.add(total, Reductions.sum(Arithmetic.multiply(gradients.get(i), weights.get(i))));
        }
        return total;
    }

    private static Tensor seed(Tensor like, Philox random) {
        Tensor seed = Tensor.empty(DType.FLOAT64, like.shape());
        Elements.forEach(seed, address -> Elements.put(DType.FLOAT64, address, random.nextDouble() - 0.5));
        return seed;
    }

    private static List<double[]> gradients(List<Tensor> leaves) {
        List<double[]> gradients = new ArrayList<>();
        for (Tensor leaf : leaves) {
            Tensor gradient = leaf.grad();
            assertThat(gradient).isNotNull();
            assertThat(gradient.shape()).isEqualTo(leaf.shape());
            assertThat(gradient.dtype()).isEqualTo(leaf.dtype());
            gradients.add(gradient.toDoubles());
        }
        return gradients;
    }

    private static void checkInput(Tensor leaf, double epsilon, double[] gradient, DoubleSupplier function) {
        int[] index = {0};
        Elements.forEach(leaf, address -> {
            double value = Elements.get(DType.FLOAT64, address);
            Elements.put(DType.FLOAT64, address, value + epsilon);
            double above = function.getAsDouble();
            Elements.put(DType.FLOAT64, address, value - epsilon);
            double below = function.getAsDouble();
            Elements.put(DType.FLOAT64, address, value);
            double expected = (above - below) / (2 * epsilon);
            int at = index[0]++;
            assertThat(Math.abs(gradient[at] - expected))
                    .as("gradient at %d is %s, expected %s", at, gradient[at], expected)
                    .isLessThanOrEqualTo(1e-5 + 1e-3 * Math.abs(expected));
        });
    }

    private static double product(Tensor out, double[] weights) {
        double sum = 0;
        double[] values = out.toDoubles();
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * weights[i];
        }
        return sum;
    }
}
