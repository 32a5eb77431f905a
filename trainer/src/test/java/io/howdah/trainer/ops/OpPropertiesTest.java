// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws that hold for every op on any numbers, shapes and layouts; {@code -Dproperties.seed=S} picks others. */
class OpPropertiesTest {
    private static final long SEED = Long.getLong("properties.seed", 5);
    private static final int TRIES = 3;

    /** All but the one whose result is a matter of layout. */
    static List<Op<?>> ops() {
        return OpRegistry.all().stream()
                .filter(op -> !op.name().equals("asStrided"))
                .toList();
    }

    static List<Op<?>> differentiableOps() {
        return OpRegistry.all().stream().filter(Op::isDifferentiable).toList();
    }

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    /** ⟨J·v, w⟩ = ⟨v, Jᵀ·w⟩: differences along a random direction against the gradient. */
    @ParameterizedTest
    @MethodSource("differentiableOps")
    void gradientIsTheAdjointOfTheDerivative(Op<?> op) {
        for (int i = 0; i < TRIES; i++) {
            Philox random = new Philox(SEED, i);
            for (Sample sample : OpSamples.ALL.getOrDefault(op.name(), List.of())) {
                try (StepScope scope = StepScope.open()) {
                    checkAdjoint(sample, random);
                }
            }
        }
    }

    private static void checkAdjoint(Sample sample, Philox random) {
        List<Tensor> inputs = uniform(sample, random);
        List<Tensor> directions =
                inputs.stream().map(input -> like(input, random, -1, 1)).toList();
        Tensor out = result(sample, shifted(inputs, directions, 0));
        Tensor weights = like(out, random, -1, 1);
        // Larger than the sample's own step, for there is but one rounding error per result.
        double step = 10 * sample.epsilon();
        double above = dot(result(sample, shifted(inputs, directions, step)), weights);
        double below = dot(result(sample, shifted(inputs, directions, -step)), weights);
        double slope = (above - below) / (2 * step);
        double bend = (above - 2 * dot(out, weights) + below) / step;

        List<Tensor> gradients = gradients(sample, inputs, weights);
        double product = 0;
        for (int i = 0; i < inputs.size(); i++) {
            product += dot(gradients.get(i), directions.get(i));
        }
        double allowed = 1e-4 * (1 + Math.abs(slope));
        // Where the function has a kink it bends at once.
        if (Math.abs(bend) < allowed) {
            assertThat(Math.abs(product - slope))
                    .as("seed %d: ⟨v, Jᵀw⟩ = %s, ⟨Jv, w⟩ = %s, shapes %s", SEED, product, slope, sample.shapes())
                    .isLessThan(allowed);
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void layoutOfTheInputsDoesNotMatter(Op<?> op) {
        for (int i = 0; i < TRIES; i++) {
            Philox random = new Philox(SEED, 100 + i);
            for (Sample sample : OpSamples.ALL.getOrDefault(op.name(), List.of())) {
                try (StepScope scope = StepScope.open()) {
                    checkLayouts(op, sample, random);
                }
            }
        }
    }

    private static void checkLayouts(Op<?> op, Sample sample, Philox random) {
        List<Tensor> inputs = uniform(sample, random);
        List<Tensor> others =
                inputs.stream().map(input -> scattered(input, random)).toList();
        Tensor expected = result(sample, inputs);
        assertNear(op, sample, expected, result(sample, others));
        if (op.isDifferentiable()) {
            Tensor weights = like(expected, random, -1, 1);
            List<Tensor> gradients = gradients(sample, inputs, weights);
            List<Tensor> otherGradients = gradients(sample, others, scattered(weights, random));
            for (int i = 0; i < inputs.size(); i++) {
                assertNear(op, sample, gradients.get(i), otherGradients.get(i));
            }
        }
    }

    private static void assertNear(Op<?> op, Sample sample, Tensor expected, Tensor actual) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double[] wanted = expected.toDoubles();
        double[] found = actual.toDoubles();
        for (int i = 0; i < wanted.length; i++) {
            if (Double.compare(wanted[i], found[i]) != 0) {
                assertThat(Math.abs(found[i] - wanted[i]))
                        .as("seed %d: %s of %s is %s, expected %s", SEED, op, sample.shapes(), found[i], wanted[i])
                        .isLessThan(1e-11 * (1 + Math.abs(wanted[i])));
            }
        }
    }

    /** The gradient of an operand that broadcasts is the sum of the gradients of its copies. */
    @Test
    void gradientsOfBroadcastOperandsAreSums() {
        List<BinaryOperator<Tensor>> functions = List.of(
                Arithmetic::add,
                Arithmetic::subtract,
                Arithmetic::multiply,
                Arithmetic::divide,
                Bounds::maximum,
                Powers::power,
                (a, b) -> Selection.where(Comparisons.less(a, b), a, b),
                (a, b) -> Ternary.lerp(a, b, Arithmetic.multiply(b, a)),
                (a, b) -> Ternary.addProduct(a, b, a, 0.5));
        Philox random = new Philox(SEED, 200);
        for (int i = 0; i < 100; i++) {
            for (BinaryOperator<Tensor> function : functions) {
                try (StepScope scope = StepScope.open()) {
                    checkBroadcast(function, random);
                }
            }
        }
    }

    private static void checkBroadcast(BinaryOperator<Tensor> function, Philox random) {
        Shape whole = randomShape(random);
        Sample sample = Sample.of(
                        inputs -> function.apply(inputs.get(0), inputs.get(1)),
                        part(whole, random),
                        part(whole, random))
                .between(0.5, 2);
        List<Tensor> inputs = uniform(sample, random);
        Tensor out = result(sample, inputs);
        Tensor weights = like(out, random, -1, 1);
        List<Tensor> copies = inputs.stream()
                .map(input -> Copies.clone(Views.expand(input, out.shape().sizes())))
                .toList();
        List<Tensor> gradients = gradients(sample, inputs, weights);
        List<Tensor> ofCopies = gradients(sample, copies, weights);
        for (int i = 0; i < 2; i++) {
            Tensor sum = summed(ofCopies.get(i), inputs.get(i).shape());
            assertThat(gradients.get(i).shape()).isEqualTo(sum.shape());
            double[] wanted = sum.toDoubles();
            double[] found = gradients.get(i).toDoubles();
            for (int k = 0; k < wanted.length; k++) {
                assertThat(Math.abs(found[k] - wanted[k]))
                        .as("seed %d: gradient %d for shapes %s", SEED, i, sample.shapes())
                        .isLessThan(1e-11 * (1 + Math.abs(wanted[k])));
            }
        }
    }

    private static Tensor summed(Tensor x, Shape shape) {
        int missing = x.shape().rank() - shape.rank();
        List<Integer> dimensions = new ArrayList<>();
        for (int d = 0; d < x.shape().rank(); d++) {
            if (d < missing || shape.size(d - missing) == 1 && x.size(d) != 1) {
                dimensions.add(d);
            }
        }
        Tensor sum = dimensions.isEmpty()
                ? x
                : Reductions.sum(
                        x, true, dimensions.stream().mapToInt(Integer::intValue).toArray());
        return Views.reshape(sum, shape.sizes());
    }

    private static Shape randomShape(Philox random) {
        long[] sizes = new long[random.nextInt(4)];
        Arrays.setAll(sizes, d -> random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(4));
        return Shape.of(sizes);
    }

    /** A shape that broadcasts to {@code whole}. */
    private static Shape part(Shape whole, Philox random) {
        long[] sizes = whole.sizes();
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = random.nextInt(3) == 0 ? 1 : sizes[d];
        }
        return Shape.of(Arrays.copyOfRange(sizes, random.nextInt(sizes.length + 1), sizes.length));
    }

    private static List<Tensor> uniform(Sample sample, Philox random) {
        return sample.shapes().stream()
                .map(shape -> like(Tensor.empty(DType.FLOAT64, shape), random, sample.low(), sample.high()))
                .toList();
    }

    private static Tensor like(Tensor tensor, Philox random, double low, double high) {
        Tensor uniform = Tensor.empty(DType.FLOAT64, tensor.shape());
        Elements.forEach(
                uniform, address -> Elements.put(DType.FLOAT64, address, low + random.nextDouble() * (high - low)));
        return uniform;
    }

    /** The same numbers with dimensions in random order in memory, holes between them and an offset. */
    private static Tensor scattered(Tensor tensor, Philox random) {
        int rank = tensor.shape().rank();
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < rank; d++) {
            order.add(random.nextInt(d + 1), d);
        }
        long[] strides = new long[rank];
        long step = 1L + random.nextInt(2);
        for (int d : order) {
            strides[d] = step;
            step *= Math.max(1, tensor.size(d));
            step += random.nextInt(2);
        }
        Tensor space = Tensor.zeros(DType.FLOAT64, Shape.of(step + 1));
        Tensor target = space.view(tensor.shape(), strides, random.nextInt(2));
        double[] numbers = tensor.toDoubles();
        int[] next = {0};
        Elements.forEach(target, address -> Elements.put(DType.FLOAT64, address, numbers[next[0]++]));
        return target;
    }

    private static List<Tensor> shifted(List<Tensor> inputs, List<Tensor> directions, double step) {
        List<Tensor> shifted = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            shifted.add(Arithmetic.add(inputs.get(i), Arithmetic.multiply(directions.get(i), step)));
        }
        return shifted;
    }

    /** Random ops draw the same numbers every time. */
    private static Tensor result(Sample sample, List<Tensor> inputs) {
        Randomness.current().seed(SEED);
        return sample.call().apply(inputs);
    }

    private static List<Tensor> gradients(Sample sample, List<Tensor> inputs, Tensor weights) {
        List<Tensor> leaves = inputs.stream()
                .map(input -> Autograd.requireGrad(input.detached()))
                .toList();
        return Autograd.grad(
                List.of(result(sample, leaves)),
                List.of(weights),
                leaves,
                Autograd.SavedTensors.FREE,
                Autograd.Unused.ZEROS);
    }

    private static double dot(Tensor a, Tensor b) {
        double[] left = a.toDoubles();
        double[] right = b.toDoubles();
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
