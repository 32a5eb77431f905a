// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.optim.GradientClipping.NonFinite;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Edges of clipping; values are compared with PyTorch's in {@code OptimiserGoldenTest}. */
class GradientClippingTest {
    private final Tensor weight = Autograd.parameter(Tensor.zeros(DType.FLOAT32, Shape.of(3)));

    @AfterEach
    void close() {
        Gradients.clear(weight);
        weight.close();
    }

    private void gradient(float... values) {
        Gradients.set(weight, Tensor.of(values, 3));
    }

    @Test
    void noGradientHasNormZero() {
        assertThat(GradientClipping.byNorm(List.of(weight), 1, NonFinite.REFUSE))
                .isZero();
        try (Tensor plain = Tensor.zeros(DType.FLOAT32, Shape.of(2))) {
            assertThat(GradientClipping.byNorm(List.of(plain), 1, NonFinite.REFUSE))
                    .isZero();
            GradientClipping.byValue(List.of(plain, weight), 1);
        }
    }

    @Test
    void aNormThatIsNotFiniteIsRefusedOrSpreads() {
        gradient(1, Float.NaN, 2);
        assertThatThrownBy(() -> GradientClipping.byNorm(List.of(weight), 1, NonFinite.REFUSE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("norm=NaN");
        assertThat(weight.grad().toFloats()).containsExactly(1, Float.NaN, 2);
        assertThat(GradientClipping.byNorm(List.of(weight), 1, NonFinite.ACCEPT))
                .isNaN();
        assertThat(weight.grad().toFloats()).containsOnly(Float.NaN);
        close(weight);
        gradient(1, Float.POSITIVE_INFINITY, 2);
        assertThat(GradientClipping.byNorm(List.of(weight), 1, NonFinite.ACCEPT))
                .isInfinite();
        assertThat(weight.grad().toFloats()).containsExactly(0, Float.NaN, 0);
    }

    private static void close(Tensor parameter) {
        Gradients.clear(parameter);
    }

    @Test
    void clippingByValueKeepsNaN() {
        gradient(-5, Float.NaN, 0.25f);
        int version = weight.grad().version();
        GradientClipping.byValue(List.of(weight), 0.5);
        assertThat(weight.grad().toFloats()).containsExactly(-0.5f, Float.NaN, 0.25f);
        assertThat(weight.grad().version()).isGreaterThan(version);
    }

    @Test
    void sparseRowsAreSummedForTheNorm() {
        Tensor table = Autograd.parameter(Tensor.zeros(DType.FLOAT32, Shape.of(4, 1)));
        try (StepScope scope = StepScope.open()) {
            Tensor ids = Tensor.of(new long[] {2, 1, 2, 2}, 4);
            Autograd.backward(
                    Reductions.sum(Lookup.embedding(table, ids, EmbeddingOptions.DEFAULT.withSparseGradient())));
        }
        assertThatThrownBy(() -> GradientClipping.byValue(List.of(weight, table), 1))
                .hasMessageContaining("shape=[4, 1] has a sparse gradient");
        assertThat(GradientClipping.byNorm(List.of(table), 1, NonFinite.REFUSE))
                .isCloseTo(Math.sqrt(10), within(1e-12));
        assertThat(Gradients.sparse(table).values().toFloats()[0])
                .isCloseTo((float) (1 / Math.sqrt(10)), within(1e-6f));
        Gradients.clear(table);
        table.close();
    }

    @Test
    void badLimitsAreNamed() {
        assertThatThrownBy(() -> GradientClipping.byNorm(List.of(weight), -1, NonFinite.ACCEPT))
                .hasMessageContaining("maximum=-1.0");
        assertThatThrownBy(() -> GradientClipping.byNorm(List.of(weight), 1, 0, NonFinite.ACCEPT))
                .hasMessageContaining("order=0.0, expected above 0");
        assertThatThrownBy(() -> GradientClipping.byValue(List.of(weight), Double.NaN))
                .hasMessageContaining("limit=NaN");
    }
}
