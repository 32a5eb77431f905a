// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.ops.BatchNorms.Parameters;
import io.howdah.trainer.ops.BatchNorms.RunningMoments;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Normalisations and softmax beyond gradients; expected values were taken from PyTorch. */
class NormalisationTest {
    private static final Offset<Float> CLOSE = Offset.offset(1e-3f);

    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    private static void assertClose(Tensor actual, float... expected) {
        float[] values = actual.toFloats();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(values[i]).as("element %d", i).isCloseTo(expected[i], CLOSE);
        }
    }

    @Test
    void batchNormFollowsTheMomentsOfItsBatches() {
        RunningMoments running = new RunningMoments(floats(1, 2), floats(1, 4));
        Tensor x = Tensor.of(new float[] {1, 2, 3, 5, 8, -1}, 3, 2);
        Parameters parameters = new Parameters(Autograd.parameter(floats(2, 1)), Autograd.parameter(floats(0, 1)));
        Tensor y = BatchNorms.batchNorm(x, running, parameters, 0.1, 1e-5);
        assertClose(y, -2.0381f, 1, -0.6794f, 2.2247f, 2.7175f, -0.2247f);
        assertClose(running.mean(), 1.3f, 2);
        assertClose(running.variance(), 2.2f, 4.5f);
        assertThat(running.mean().requiresGrad()).isFalse();
        assertThat(running.mean().version()).isPositive();
    }

    @Test
    void evaluationUsesTheRunningMomentsAndLeavesThem() {
        RunningMoments running = new RunningMoments(floats(1, 2), floats(4, 1));
        Tensor x = Tensor.of(new float[] {1, 2, 3, 5}, 2, 2);
        assertClose(BatchNorms.batchNormEvaluation(x, running, Parameters.NONE, 0), 0, 0, 1, 3);
        assertThat(running.mean().version()).isZero();
    }

    @Test
    void instanceNormFollowsTheMomentsAveragedOverSamples() {
        RunningMoments running = new RunningMoments(floats(1, 2), floats(1, 4));
        Tensor x = Tensor.of(new float[] {1, 2, 3, 5, 8, -1, 0, 4}, 2, 2, 2);
        assertClose(GroupNorms.instanceNorm(x, running, Parameters.NONE, 0.1, 1e-5), -1, 1, -1, 1, 1, -1, -1, 1);
        assertClose(running.mean(), 1.15f, 2.1f);
        assertClose(running.variance(), 2.95f, 4.1f);
    }

    @Test
    void refusesOneValuePerChannelInTraining() {
        assertThatThrownBy(() -> BatchNorms.batchNorm(zeros(1, 3), null, Parameters.NONE, 0.1, 1e-5))
                .hasMessageContaining("expected more than 1 value per channel when training");
        assertThatThrownBy(() -> GroupNorms.instanceNorm(zeros(2, 3, 1), null, Parameters.NONE, 0.1, 1e-5))
                .hasMessageContaining("more than 1 spatial element");
        assertThatThrownBy(() -> GroupNorms.groupNorm(zeros(1, 3), 3, Parameters.NONE, 1e-5))
                .hasMessageContaining("more than 1 value per channel");
        RunningMoments running = new RunningMoments(zeros(3), zeros(3));
        assertThat(BatchNorms.batchNormEvaluation(zeros(1, 3), running, Parameters.NONE, 1)
                        .shape())
                .isEqualTo(Shape.of(1, 3));
    }

    @Test
    void refusesShapesThatDoNotGoTogether() {
        Parameters two = new Parameters(zeros(2), null);
        assertThatThrownBy(() -> BatchNorms.batchNorm(zeros(4, 3), null, two, 0.1, 1e-5))
                .hasMessageContaining("C elements");
        assertThatThrownBy(() -> GroupNorms.groupNorm(zeros(4, 3), 3, two, 1e-5))
                .hasMessageContaining("one element per channel");
        assertThatThrownBy(() -> RowNorms.layerNorm(zeros(4, 3), Shape.of(4), null, null, 1e-5))
                .hasMessageContaining("input=[4, 3] normalised=[4]");
        assertThatThrownBy(() -> RowNorms.rmsNorm(zeros(4, 3), Shape.of(3), zeros(4)))
                .hasMessageContaining("weight=[4]");
        assertThatThrownBy(() -> Softmaxes.softmax(zeros(4, 3), 2)).hasMessageContaining("dimension=2");
    }

    private static Tensor zeros(long... sizes) {
        return Tensor.zeros(DType.FLOAT32, Shape.of(sizes));
    }

    @Test
    void sixteenBitInputsWithWiderWeightsAreComputedWide() {
        Tensor x = Autograd.parameter(Casts.to(Tensor.of(new float[] {1, 2, 3}, 1, 3), DType.BFLOAT16));
        Tensor weight = Autograd.parameter(floats(1, 2, 3));
        Tensor y = RowNorms.layerNorm(x, Shape.of(3), weight, weight, 1e-5);
        assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(y.toFloats()).containsExactly(-0.224609375f, 2, 6.6875f);
        Autograd.backward(Reductions.sum(y));
        assertThat(weight.grad().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(x.grad().dtype()).isEqualTo(DType.BFLOAT16);
    }

    @Test
    void softmaxOfInfinities() {
        float none = Float.NEGATIVE_INFINITY;
        Tensor x = Tensor.of(new float[] {1, none, none, none}, 2, 2);
        assertThat(Softmaxes.softmax(x, 1).toFloats()).containsExactly(1, 0, Float.NaN, Float.NaN);
        assertThat(Softmaxes.logSoftmax(x, -1).toFloats()).containsExactly(0, none, Float.NaN, Float.NaN);
        assertThat(Softmaxes.softmax(x, 1, DType.FLOAT64).dtype()).isEqualTo(DType.FLOAT64);
    }

    @Test
    void normalizeLeavesZeroVectors() {
        Tensor x = Autograd.parameter(Tensor.of(new float[] {3, 4, 0, 0}, 2, 2));
        Tensor y = Normalisations.normalize(x, 1);
        assertClose(y, 0.6f, 0.8f, 0, 0);
        Autograd.backward(Reductions.sum(Slices.narrow(y, 0, 0, 1)));
        assertClose(x.grad(), 0.032f, -0.024f, 0, 0);
    }
}
