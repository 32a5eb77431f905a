// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionTest {
    private static final AttentionOptions PLAIN = AttentionOptions.DEFAULT;

    private final Philox random = new Philox(3, 0);

    private Tensor tensor(DType dtype, long... sizes) {
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        Elements.forEach(tensor, address -> Elements.put(dtype, address, random.nextGaussian()));
        return tensor;
    }

    /** Gradients of the fused kernel, and those of the same made of ops. */
    private void compare(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        List<Tensor> inputs = List.of(Autograd.parameter(q), Autograd.parameter(k), Autograd.parameter(v));
        Tensor out = Attention.scaledDotProduct(q, k, v, options);
        Tensor seed = tensor(DType.FLOAT64, out.shape().sizes());
        List<Tensor> fused = gradients(out, seed, inputs, Autograd.SavedTensors.RETAIN);
        List<Tensor> composed = gradients(out, seed, inputs, Autograd.SavedTensors.DIFFERENTIATE);
        for (int i = 0; i < inputs.size(); i++) {
            double[] expected = composed.get(i).toDoubles();
            double[] actual = fused.get(i).toDoubles();
            for (int j = 0; j < expected.length; j++) {
                assertThat(actual[j]).isCloseTo(expected[j], offset(1e-10));
            }
        }
    }

    private static List<Tensor> gradients(Tensor out, Tensor seed, List<Tensor> inputs, Autograd.SavedTensors saved) {
        return Autograd.grad(List.of(out), List.of(seed), inputs, saved, Autograd.Unused.REFUSE).stream()
                .map(gradient -> (Tensor) gradient)
                .toList();
    }

    @Test
    void blocksAddUp() {
        compare(tensor(DType.FLOAT64, 40, 2), tensor(DType.FLOAT64, 17000, 2), tensor(DType.FLOAT64, 17000, 1), PLAIN);
        compare(
                tensor(DType.FLOAT64, 2, 150, 2),
                tensor(DType.FLOAT64, 2, 140, 2),
                tensor(DType.FLOAT64, 2, 140, 3),
                PLAIN.withCausal());
        Randomness.current().seed(1);
        compare(
                tensor(DType.FLOAT64, 2, 2, 70, 2),
                tensor(DType.FLOAT64, 2, 2, 75, 2),
                tensor(DType.FLOAT64, 2, 2, 75, 3),
                PLAIN.withCausal().withDropout(0.3));
    }

    @Test
    void aQueryWithoutKeysGivesZero() {
        Tensor mask = Tensor.of(new boolean[] {true, false, false, false}, 2, 2);
        Tensor q = tensor(DType.FLOAT32, 2, 3);
        Tensor v = tensor(DType.FLOAT32, 2, 1);
        float[] out = Attention.scaledDotProduct(q, tensor(DType.FLOAT32, 2, 3), v, PLAIN.withMask(mask))
                .toFloats();
        assertThat(out).containsExactly(v.toFloats()[0], 0);
    }

    @Test
    void dropoutIsThatOfTheSeedAndKeepsTheExpectation() {
        Tensor q = Tensor.zeros(DType.FLOAT32, Shape.of(1, 4));
        Tensor k = Tensor.zeros(DType.FLOAT32, Shape.of(20000, 4));
        Tensor v = Arithmetic.add(Tensor.zeros(DType.FLOAT32, Shape.of(20000, 1)), 1);
        Randomness.current().seed(9);
        double first =
                Attention.scaledDotProduct(q, k, v, PLAIN.withDropout(0.25)).item();
        double second =
                Attention.scaledDotProduct(q, k, v, PLAIN.withDropout(0.25)).item();
        Randomness.current().seed(9);
        assertThat(Attention.scaledDotProduct(q, k, v, PLAIN.withDropout(0.25)).item())
                .isEqualTo(first)
                .isNotEqualTo(second);
        assertThat(first).isBetween(0.97, 1.03);
    }

    @Test
    void keepsNoScores() {
        Tensor q = Autograd.parameter(tensor(DType.FLOAT32, 2, 512, 4));
        long before = Garbage.unreleasedBytes();
        try (StepScope scope = StepScope.open()) {
            Tensor out = Attention.scaledDotProduct(q, q, q, PLAIN.withCausal());
            assertThat(out.requiresGrad()).isTrue();
            assertThat(Garbage.unreleasedBytes() - before).isLessThanOrEqualTo(2 * 2 * 512 * 4 * 4);
        }
    }

    @Test
    void refusesInputsThatDoNotFit() {
        Tensor q = tensor(DType.FLOAT32, 3, 2, 4);
        Tensor k = tensor(DType.FLOAT32, 2, 5, 4);
        Tensor wide = tensor(DType.FLOAT32, 2, 5, 3);
        assertThatThrownBy(() -> PLAIN.withCausal().withMask(q)).hasMessageContaining("causal=true");
        assertThatThrownBy(() -> PLAIN.withDropout(1.5)).hasMessageContaining("dropout=1.5");
        assertThatThrownBy(() -> Attention.scaledDotProduct(q, wide, k, PLAIN)).hasMessageContaining("[..., S, E]");
        assertThatThrownBy(() -> Attention.scaledDotProduct(q, k, k, PLAIN)).hasMessageContaining("sizes that are");
        assertThatThrownBy(() -> Attention.scaledDotProduct(q, k, k, PLAIN.withGroupedHeads()))
                .hasMessageContaining("number of query heads");
        assertThatThrownBy(() -> Attention.scaledDotProduct(k, k, Casts.to(k, DType.FLOAT64), PLAIN))
                .hasMessageContaining("one floating-point dtype");
        assertThatThrownBy(() -> Attention.scaledDotProduct(k, k, k, PLAIN.withMask(Tensor.of(new long[5], 5))))
                .hasMessageContaining("mask dtype=int64");
        assertThatThrownBy(() -> Attention.scaledDotProduct(k, k, k, PLAIN.withMask(tensor(DType.FLOAT32, 5, 4))))
                .hasMessageContaining("broadcasts to");
    }

    @Test
    void productsOfRotatedVectorsDependOnDistances() {
        RotaryEmbedding.Angles angles =
                RotaryEmbedding.angles(RotaryEmbedding.frequencies(6, 10000), 40, DType.FLOAT64);
        Tensor q = tensor(DType.FLOAT64, 1, 6);
        Tensor k = tensor(DType.FLOAT64, 1, 6);
        for (RotaryEmbedding.Pairs pairs : RotaryEmbedding.Pairs.values()) {
            double near = product(
                    RotaryEmbedding.rotate(q, angles.narrow(5, 1), pairs),
                    RotaryEmbedding.rotate(k, angles.narrow(2, 1), pairs));
            double far = product(
                    RotaryEmbedding.rotate(q, angles.narrow(36, 1), pairs),
                    RotaryEmbedding.rotate(k, angles.narrow(33, 1), pairs));
            assertThat(far).isCloseTo(near, offset(1e-12));
        }
        assertThatThrownBy(() -> RotaryEmbedding.frequencies(3, 10000)).hasMessageContaining("turned=3");
        assertThatThrownBy(
                        () -> RotaryEmbedding.rotate(tensor(DType.FLOAT64, 1, 4), angles, RotaryEmbedding.Pairs.HALVES))
                .hasMessageContaining("R <= D");
    }

    private static double product(Tensor a, Tensor b) {
        return Reductions.sum(Arithmetic.multiply(a, b)).item();
    }
}
