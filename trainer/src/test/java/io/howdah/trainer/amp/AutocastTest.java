// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.AutocastMode;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Checkpoint;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.Hooks;
import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AutocastTest {
    private final Philox random = new Philox(11, 0);
    private final Tensor weight = Autograd.parameter(uniform(6, 4));
    private final StepScope step = StepScope.open();
    private final Tensor x = uniform(3, 4);

    @AfterEach
    void release() {
        step.close();
        Gradients.clear(weight);
        weight.close();
    }

    private Tensor uniform(long... sizes) {
        float[] elements = new float[Math.toIntExact(Shape.of(sizes).elements())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) (random.nextGaussian() / 2);
        }
        return Tensor.of(elements, sizes);
    }

    private Tensor product() {
        return Matrices.linear(x, weight, null);
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void productsAreThoseOfCastOperandsAndGradientsComeBackInFloat32(DType dtype) {
        Tensor y;
        try (Autocast.Scope precision = Autocast.to(dtype)) {
            y = product();
        }
        Tensor leaf = Autograd.requireGrad(Casts.to(weight.detached(), dtype));
        Tensor expected = Matrices.linear(Casts.to(x, dtype), leaf, null);
        assertThat(y.dtype()).isEqualTo(dtype);
        assertThat(y.toFloats()).isEqualTo(expected.toFloats());
        Autograd.backward(Reductions.sum(y));
        Autograd.backward(Reductions.sum(expected));
        Tensor grad = Objects.requireNonNull(weight.grad());
        assertThat(grad.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(grad.toFloats())
                .isEqualTo(Objects.requireNonNull(leaf.grad()).toFloats());
    }

    @Test
    void scopesNest() {
        try (Autocast.Scope outer = Autocast.bfloat16()) {
            try (Autocast.Scope inner = Autocast.off()) {
                assertThat(product().dtype()).isEqualTo(DType.FLOAT32);
                try (Autocast.Scope innermost = Autocast.float16()) {
                    assertThat(product().dtype()).isEqualTo(DType.FLOAT16);
                }
                assertThat(product().dtype()).isEqualTo(DType.FLOAT32);
            }
            assertThat(product().dtype()).isEqualTo(DType.BFLOAT16);
            try (Autocast.Scope inner = Autocast.to(DType.FLOAT32)) {
                assertThat(product().dtype()).isEqualTo(DType.FLOAT32);
            }
        }
        assertThat(product().dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void misuseIsRefused() {
        assertThatThrownBy(() -> Autocast.to(DType.INT64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dtype=int64, expected bfloat16 or float16");
        try (Autocast.Scope outer = Autocast.bfloat16();
                Autocast.Scope inner = Autocast.off()) {
            assertThatThrownBy(outer::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("close scopes in reverse order");
            inner.close();
            assertThat(product().dtype()).isEqualTo(DType.BFLOAT16);
        }
    }

    @Test
    void otherThreadsComputeAsBefore() {
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            assertThat(CompletableFuture.supplyAsync(AutocastMode::dtype).join())
                    .isNull();
        }
    }

    @Test
    void float64IntegersAndWritesInPlaceStayAsTheyAre() {
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            Tensor wide = Casts.to(x, DType.FLOAT64);
            Tensor whole = Casts.to(x, DType.INT64);
            assertThat(Matrices.linear(wide, Casts.to(weight, DType.FLOAT64), null)
                            .dtype())
                    .isEqualTo(DType.FLOAT64);
            assertThat(Matrices.matmul(
                                    whole,
                                    Casts.to(weight.detached(), DType.INT64).reshaped(Shape.of(4, 6)))
                            .dtype())
                    .isEqualTo(DType.INT64);
            Tensor copy = uniform(3, 6);
            assertThat(Arithmetic.addInPlace(copy, product()).dtype()).isEqualTo(DType.FLOAT32);
        }
    }

    @Test
    void allUsesOfAWeightShareOneCastUntilItIsWritten() {
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            product();
            Tensor first = Objects.requireNonNull(AutocastMode.shared(weight, DType.BFLOAT16));
            try (Autocast.Scope nested = Autocast.bfloat16()) {
                product();
            }
            assertThat(AutocastMode.shared(weight, DType.BFLOAT16)).isSameAs(first);
            float[] before = product().toFloats();
            try (GradMode.Scope mode = GradMode.noGrad()) {
                Arithmetic.multiplyInPlace(weight, Tensor.scalar(DType.FLOAT32, 2));
            }
            float[] after = product().toFloats();
            for (int i = 0; i < before.length; i++) {
                assertThat(after[i]).isEqualTo(2 * before[i]);
            }
            assertThat(AutocastMode.shared(weight, DType.BFLOAT16)).isNotSameAs(first);
            assertThat(first.isReleased() || first.isHidden()).isTrue();
        }
    }

    @Test
    void sharedCastsGatherTheGradientsOfAllUses() {
        List<Tensor> arrivals = new ArrayList<>();
        Autograd.HookHandle hook = Hooks.onAccumulated(weight, arrivals::add);
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            Autograd.backward(Reductions.sum(Arithmetic.add(product(), product())));
        }
        hook.remove();
        assertThat(arrivals).hasSize(1);
        float[] twice = Objects.requireNonNull(weight.grad()).toFloats();
        Gradients.clear(weight);
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            Autograd.backward(Reductions.sum(product()));
        }
        float[] once = Objects.requireNonNull(weight.grad()).toFloats();
        for (int i = 0; i < once.length; i++) {
            assertThat(twice[i]).isCloseTo(2 * once[i], org.assertj.core.data.Offset.offset(0.02f));
        }
    }

    @Test
    void aCastMadeWithoutRecordingIsNotUsedForGradients() {
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            try (GradMode.Scope mode = GradMode.noGrad()) {
                product();
            }
            Autograd.backward(Reductions.sum(product()));
        }
        assertThat(weight.grad()).isNotNull();
    }

    @Test
    void backwardRunsInTheDtypesOfForwardInsideTheScopeToo() {
        float[] outside = gradient(false);
        assertThat(gradient(true)).isEqualTo(outside);
        List<DType> seen = new ArrayList<>();
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            Tensor y = product();
            Hooks.onGradient(y, grad -> {
                // A product of float32 tensors, which autocast would round.
                seen.add(Matrices.matmul(uniform(2, 2), uniform(2, 2)).dtype());
                return grad;
            });
            Autograd.backward(Reductions.sum(y));
            assertThat(product().dtype()).isEqualTo(DType.BFLOAT16);
        }
        assertThat(seen).containsExactly(DType.FLOAT32);
    }

    private float[] gradient(boolean inside) {
        Gradients.clear(weight);
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            Tensor loss;
            // Computed in float32 by choice: its backward has float32 products that autocast must not touch.
            try (Autocast.Scope off = Autocast.off()) {
                loss = Reductions.sum(Activations.gelu(product()));
            }
            if (inside) {
                Autograd.backward(loss);
            } else {
                precision.close();
                Autograd.backward(loss);
            }
        }
        return Objects.requireNonNull(weight.grad()).toFloats();
    }

    @Test
    void checkpointsRunAgainInThePrecisionOfForward() {
        List<DType> dtypes = new ArrayList<>();
        float[] plain = gradientOf(List.of(), false);
        float[] checkpointed = gradientOf(dtypes, true);
        assertThat(checkpointed).isEqualTo(plain);
        assertThat(dtypes).containsExactly(DType.BFLOAT16, DType.BFLOAT16);
    }

    private float[] gradientOf(List<DType> dtypes, boolean checkpointed) {
        Gradients.clear(weight);
        Tensor input = Autograd.requireGrad(x.detached());
        Tensor loss;
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            Tensor y = checkpointed
                    ? Checkpoint.run(
                                    inputs -> {
                                        Tensor z = Matrices.linear(inputs.get(0), weight, null);
                                        dtypes.add(z.dtype());
                                        return List.of(Activations.gelu(z));
                                    },
                                    input)
                            .get(0)
                    : Activations.gelu(Matrices.linear(input, weight, null));
            loss = Losses.crossEntropy(y, Tensor.of(new long[] {0, 5, 2}, 3), Losses.Reduction.MEAN);
        }
        assertThat(loss.dtype()).isEqualTo(DType.FLOAT32);
        Autograd.backward(loss);
        return Objects.requireNonNull(weight.grad()).toFloats();
    }

    @Test
    void everythingIsReleasedWithoutTheGarbageCollector() {
        long frees = Garbage.collect();
        long before = unreleased();
        for (int i = 0; i < 4; i++) {
            trainInside(i % 2 == 0);
            abandon();
            assertThat(unreleased()).isEqualTo(before);
        }
        // One scope around many steps, in each of which the weight changes.
        try (Autocast.Scope precision = Autocast.bfloat16()) {
            for (int i = 0; i < 4; i++) {
                trainInside(true);
            }
        }
        assertThat(unreleased()).isEqualTo(before);
        assertThat(Garbage.collect()).isEqualTo(frees);
    }

    private void trainInside(boolean inside) {
        try (StepScope scope = StepScope.open()) {
            Tensor input = Autograd.requireGrad(uniform(3, 4));
            Tensor loss;
            try (Autocast.Scope precision = Autocast.float16()) {
                Tensor y = Matrices.linear(input, weight, null);
                Tensor z = Checkpoint.run(
                                inputs -> List.of(Matrices.matmul(inputs.get(0), weight)), Activations.gelu(y))
                        .get(0);
                loss = Reductions.mean(z);
                if (inside) {
                    Autograd.backward(loss);
                }
            }
            if (!inside) {
                Autograd.backward(loss);
            }
            try (GradMode.Scope mode = GradMode.noGrad()) {
                Arithmetic.addInPlace(weight, Arithmetic.multiply(Objects.requireNonNull(weight.grad()), -0.1));
            }
            Gradients.clear(weight);
            Gradients.clear(input);
        }
    }

    private void abandon() {
        try (StepScope scope = StepScope.open();
                Autocast.Scope precision = Autocast.bfloat16()) {
            Matrices.linear(Autograd.requireGrad(uniform(3, 4)), weight, null);
        }
    }

    private static long unreleased() {
        return MemoryPool.shared().allocations() - MemoryPool.shared().releases();
    }
}
