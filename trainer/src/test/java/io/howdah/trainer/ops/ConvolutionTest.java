// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.ops.AveragePools.Divisor;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Convolutions and pools beyond gradients; expected values were taken from PyTorch. */
class ConvolutionTest {
    private static final ConvolutionSettings DEFAULT = ConvolutionSettings.DEFAULT;

    private static Tensor zeros(long... sizes) {
        return Tensor.zeros(DType.FLOAT32, Shape.of(sizes));
    }

    private static Tensor row(float... values) {
        return Tensor.of(values, 1, values.length);
    }

    @Test
    void sizesOfResults() {
        assertThat(conv2d(DEFAULT.withStride(2).withPadding(3), 7)).isEqualTo(Shape.of(1, 4, 4, 5));
        assertThat(conv2d(DEFAULT.withDilation(new Spatial(2, 1)), 3)).isEqualTo(Shape.of(1, 4, 4, 8));
        assertThat(conv2d(DEFAULT.withSameSize(), 4)).isEqualTo(Shape.of(1, 4, 8, 10));
        assertThat(TransposedConvolutions.convTranspose1d(
                                zeros(3, 5),
                                zeros(3, 2, 3),
                                null,
                                DEFAULT.withStride(2).withPadding(1),
                                1)
                        .shape())
                .isEqualTo(Shape.of(2, 10));
    }

    private static Shape conv2d(ConvolutionSettings settings, long kernel) {
        return Convolutions.conv2d(zeros(1, 3, 8, 10), zeros(4, 3, kernel, kernel), null, settings)
                .shape();
    }

    @Test
    void anEvenFilterOfTheSameSizeIsPaddedBehind() {
        Tensor weight = Tensor.of(new float[] {1, 10}, 1, 1, 2);
        Tensor y = Convolutions.conv1d(row(1, 2, 3), weight, null, DEFAULT.withSameSize());
        assertThat(y.toFloats()).containsExactly(21, 32, 3);
    }

    @Test
    void refusesFiltersThatDoNotFit() {
        Tensor x = zeros(1, 4, 5, 5);
        assertRefused(x, zeros(2, 3, 3, 3), DEFAULT, "expected 3 input channels");
        assertRefused(x, zeros(2, 4, 7, 7), DEFAULT, "fits into the padded input");
        assertRefused(x, zeros(3, 2, 3, 3), DEFAULT.withGroups(2), "multiple of groups");
        assertRefused(x, zeros(2, 4, 3, 3), DEFAULT.withStride(0), "stride >= 1");
        assertRefused(x, zeros(2, 4, 3, 3), DEFAULT.withPadding(-1), "padding >= 0");
        assertRefused(x, zeros(2, 4, 3, 3), DEFAULT.withGroups(0), "groups >= 1");
        assertRefused(x, zeros(2, 4, 3, 3), DEFAULT.withSameSize().withStride(2), "expected 1 where");
        assertRefused(zeros(4, 5), zeros(2, 4, 3, 3), DEFAULT, "weight of 4 dimensions");
        assertThatThrownBy(() -> Convolutions.conv2d(x, zeros(2, 4, 3, 3), zeros(3), DEFAULT))
                .hasMessageContaining("bias=[3]");
        Spatial behind = Spatial.of(1);
        assertThatThrownBy(() -> TransposedConvolutions.convTranspose2d(x, zeros(4, 2, 3, 3), null, DEFAULT, behind))
                .hasMessageContaining("outputPadding=[1, 1]");
    }

    private static void assertRefused(Tensor x, Tensor weight, ConvolutionSettings settings, String message) {
        assertThatThrownBy(() -> Convolutions.conv2d(x, weight, null, settings)).hasMessageContaining(message);
    }

    @Test
    void aLastWindowBeyondTheInputCountsOnlyIfItStartsInside() {
        Pooling pooling = Pooling.of(2).withStride(3).withCeil(true);
        assertThat(MaxPools.maxPool1d(row(1, 2, 3, 4), pooling).toFloats()).containsExactly(2, 4);
        assertThat(MaxPools.maxPool1d(row(1, 2, 3), pooling).toFloats()).containsExactly(2);
        assertThat(AveragePools.averagePool1d(row(1, 2, 3, 4), pooling, Divisor.ALL)
                        .toFloats())
                .containsExactly(1.5f, 4);
    }

    @Test
    void maximaTakeNanAndTheFirstOfEquals() {
        MaxPools.Pooled pooled = MaxPools.maxPool1dWithIndices(row(1, Float.NaN, 3, 3), Pooling.of(2));
        assertThat(pooled.values().toFloats()).containsExactly(Float.NaN, 3);
        assertThat(pooled.indices().toLongs()).containsExactly(1, 2);
        Tensor x = Autograd.parameter(row(3, 3, 3, 3));
        Autograd.backward(Reductions.sum(MaxPools.maxPool1d(x, Pooling.of(3).withStride(1))));
        assertThat(x.grad().toFloats()).containsExactly(1, 1, 0, 0);
    }

    @Test
    void adaptiveWindowsOverlapAndKeepInfinitiesToThemselves() {
        Tensor x = row(1, Float.POSITIVE_INFINITY, 0, 2, 5);
        float infinity = Float.POSITIVE_INFINITY;
        assertThat(AdaptivePools.adaptiveAveragePool1d(x, 3).toFloats()).containsExactly(infinity, infinity, 3.5f);
        MaxPools.Pooled pooled = AdaptivePools.adaptiveMaxPool1d(x, 3);
        assertThat(pooled.values().toFloats()).containsExactly(infinity, infinity, 5);
        assertThat(pooled.indices().toLongs()).containsExactly(1, 1, 4);
    }

    @Test
    void refusesWindowsThatDoNotFit() {
        Tensor x = zeros(1, 2, 4, 4);
        assertThatThrownBy(() -> MaxPools.maxPool2d(x, Pooling.of(2).withPadding(2)))
                .hasMessageContaining("at most half the kernel");
        assertThatThrownBy(() -> MaxPools.maxPool2d(x, Pooling.of(5))).hasMessageContaining("fits into the padded");
        assertThatThrownBy(() -> MaxPools.maxPool2d(x, Pooling.of(2).withStride(0)))
                .hasMessageContaining("stride >= 1");
        assertThatThrownBy(() -> MaxPools.maxPool2d(zeros(4, 4), Pooling.of(2))).hasMessageContaining("3 dimensions");
        assertThatThrownBy(() -> AveragePools.averagePool2d(x, Pooling.of(2).withDilation(2), Divisor.ALL))
                .hasMessageContaining("averages have no dilation");
        assertThatThrownBy(() -> Divisor.of(0)).hasMessageContaining("divisor=0");
        assertThatThrownBy(() -> AdaptivePools.adaptiveAveragePool1d(row(1, 2), -1))
                .hasMessageContaining("sizes >= 0");
    }
}
