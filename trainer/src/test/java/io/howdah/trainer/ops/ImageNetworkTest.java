// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.ops.BatchNorms.Parameters;
import io.howdah.trainer.ops.BatchNorms.RunningMoments;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network of convolutions, norms and pools trains as in PyTorch, from which the expected values were taken. */
class ImageNetworkTest {
    private static final double[] LOSSES = {
        1.4200563450016284, 1.3532232440251983, 1.3579500130392936, 1.3118587444749121,
        1.2879092382613189, 1.3336676316754912, 1.26420680588837, 1.2915745092359143
    };
    private static final Offset<Double> CLOSE = Offset.offset(1e-10);

    private final List<Tensor> parameters = List.of(
            wave(0, 0, 6, 3, 3, 3),
            wave(1, 0, 6),
            wave(2, 1, 6),
            wave(3, 0, 6),
            wave(4, 0, 8, 3, 3, 2),
            wave(5, 0, 8),
            wave(6, 1, 8),
            wave(7, 0, 8),
            wave(8, 0, 8, 4, 2, 2),
            wave(9, 0, 4, 96));
    private final RunningMoments running =
            new RunningMoments(Creation.zeros(DType.FLOAT64, 6), Creation.ones(DType.FLOAT64, 6));
    private final Tensor images =
            Views.reshape(Functions.cos(Arithmetic.multiply(counting(5 * 3 * 12 * 12), 0.37)), 5, 3, 12, 12);
    private final Tensor labels = Tensor.of(new long[] {0, 1, 2, 3, 0}, 5);

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    private static Tensor counting(long count) {
        return Creation.arange(DType.FLOAT64, 0, count, 1);
    }

    /** A parameter with elements mean + 0.3 · sin(0.7 · i + phase). */
    private static Tensor wave(double phase, double mean, long... sizes) {
        Tensor angles = Arithmetic.affine(counting(Shape.of(sizes).elements()), 0.7, phase);
        Tensor values = Arithmetic.affine(Functions.sin(angles), 0.3, mean);
        return Autograd.parameter(Views.reshape(values, sizes));
    }

    private Tensor logits(Tensor x, boolean training) {
        ConvolutionSettings plain = ConvolutionSettings.DEFAULT;
        ConvolutionSettings grouped = plain.withStride(new Spatial(1, 2))
                .withDilation(new Spatial(2, 1))
                .withGroups(2);
        Tensor h = Convolutions.conv2d(x, parameters.get(0), parameters.get(1), plain.withPadding(1));
        Parameters first = new Parameters(parameters.get(2), parameters.get(3));
        h = training
                ? BatchNorms.batchNorm(h, running, first, 0.2, 1e-5)
                : BatchNorms.batchNormEvaluation(h, running, first, 1e-5);
        h = MaxPools.maxPool2d(Activations.relu(h), Pooling.of(3).withStride(2).withCeil(true));
        h = Convolutions.conv2d(h, parameters.get(4), parameters.get(5), grouped);
        h = GroupNorms.groupNorm(h, 2, new Parameters(parameters.get(6), parameters.get(7)), 1e-5);
        h = TransposedConvolutions.convTranspose2d(
                Activations.gelu(h),
                parameters.get(8),
                null,
                plain.withStride(2).withGroups(2),
                Spatial.of(0));
        h = Views.flatten(AdaptivePools.adaptiveAveragePool2d(h, new Spatial(3, 4)), 1, -1);
        return Matrices.linear(Normalisations.normalize(h, 1), parameters.get(9), null);
    }

    private Tensor loss(boolean training) {
        return Losses.crossEntropy(logits(images, training), labels, Losses.Reduction.MEAN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", Backends.AUTO})
    void trainsAsInPyTorch(String kernels) {
        Backends.use(kernels);
        for (double expected : LOSSES) {
            Tensor loss = loss(true);
            assertThat(loss.item()).isCloseTo(expected, CLOSE);
            descend(Autograd.grad(loss, parameters));
        }
        checkPenalty();
        assertThat(loss(false).item()).isCloseTo(1.3302103369092473, CLOSE);
    }

    private void descend(List<Tensor> gradients) {
        try (GradMode.Scope scope = GradMode.noGrad()) {
            for (int i = 0; i < gradients.size(); i++) {
                Arithmetic.addInPlace(parameters.get(i), Arithmetic.multiply(gradients.get(i), -0.5));
            }
        }
    }

    /** A penalty on the gradient (Gulrajani et al., 2017) differentiates every op of the network twice. */
    private void checkPenalty() {
        Tensor x = Autograd.parameter(Copies.clone(images));
        List<Tensor> gradients = Autograd.grad(
                List.of(Reductions.sum(logits(x, true))),
                List.of(Tensor.scalar(DType.FLOAT64, 1)),
                List.of(x),
                Autograd.SavedTensors.DIFFERENTIATE,
                Autograd.Unused.REFUSE);
        Tensor penalty = Reductions.sum(Arithmetic.multiply(gradients.get(0), gradients.get(0)));
        assertThat(penalty.item()).isCloseTo(0.06752894080729652, CLOSE);
        Tensor second = Autograd.grad(penalty, parameters.subList(0, 1)).get(0);
        assertThat(Reductions.sum(Rounding.abs(second)).item()).isCloseTo(2.530919460793058, Offset.offset(1e-8));
    }
}
