// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.LossCheck.X;
import static io.howdah.trainer.ops.LossCheck.Y;
import static io.howdah.trainer.ops.LossCheck.check;
import static io.howdah.trainer.ops.LossCheck.classes;
import static io.howdah.trainer.ops.LossCheck.losses;
import static io.howdah.trainer.ops.LossCheck.matrix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.ops.Losses.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Options and edges of the losses; expected values were taken from PyTorch. */
class LossesTest {
    private static final Tensor WEIGHT = Tensor.of(new double[] {0.5, 2, 1}, 3);
    private static final Tensor SOME = Tensor.of(new long[] {2, -100}, 2);
    private static final ClassOptions MEAN = ClassOptions.of(Reduction.MEAN);

    @Test
    void smoothsLabels() {
        check(
                x -> Losses.crossEntropy(x, classes(2, 0), MEAN.labelSmoothing(0.1)),
                losses(0.487117751987),
                0.0723484360864,
                -0.00461978252324,
                -0.0677286535632,
                -0.162925885636,
                0.126810318996,
                0.0361155666398);
        check(
                x -> Losses.crossEntropy(x, classes(2, 0), MEAN.weight(WEIGHT).labelSmoothing(0.1)),
                losses(0.585785138493),
                0.109553805954,
                -0.0281142237167,
                -0.0814395822375,
                -0.0816180765543,
                0.0639603891672,
                0.0176576873871);
        check(
                x -> Losses.crossEntropy(
                        x, classes(-100, 1), MEAN.weight(WEIGHT).labelSmoothing(0.3)),
                losses(1.1236292729),
                0,
                0,
                0,
                0.506546366804,
                -0.548915275091,
                0.0423689082863);
        check(
                x -> Losses.crossEntropy(x, classes(7, 1), MEAN.ignoreIndex(7).labelSmoothing(0.3)),
                losses(1.27343345474),
                0,
                0,
                0,
                0.507481562062,
                -0.513046028675,
                0.00556446661296);
        check(
                x -> Losses.crossEntropy(Slices.select(x, 0, 0), Tensor.of(new long[] {1}), MEAN.labelSmoothing(0.1)),
                losses(3.5424687159),
                0.144696872173,
                -0.909239565046,
                0.764542692874,
                0,
                0,
                0);
    }

    @Test
    void takesProbabilities() {
        Tensor targets = matrix(0.2, 0.3, 0.5, 1, 0, 0);
        check(
                x -> Losses.crossEntropy(x, targets, MEAN),
                losses(1.03711775199),
                -0.0109848972469,
                -0.137953115857,
                0.148938013103,
                -0.196259218969,
                0.143476985662,
                0.0527822333065);
        check(
                x -> Losses.crossEntropy(x, targets, MEAN.weight(WEIGHT).labelSmoothing(0.2)),
                losses(1.55923248338),
                0.0495580226187,
                -0.292290718256,
                0.242732695637,
                -0.024297505347,
                0.0242020909196,
                9.54144274374e-05);
    }

    @Test
    void ignoresSamples() {
        check(
                x -> Losses.crossEntropy(x, classes(1, -100), MEAN.weight(WEIGHT)),
                losses(3.72580204923),
                0.178030205506,
                -0.975906231713,
                0.797876026207,
                0,
                0,
                0);
        check(
                x -> Losses.crossEntropy(x, classes(0, -100), Reduction.SUM),
                losses(1.72580204923),
                -0.821969794494,
                0.0240937682868,
                0.797876026207,
                0,
                0,
                0);
        Tensor none = classes(-100, -100);
        check(x -> Losses.crossEntropy(x, none, Reduction.MEAN), losses(Double.NaN), 0, 0, 0, 0, 0, 0);
        check(x -> Losses.crossEntropy(x, none, MEAN.weight(WEIGHT)), losses(Double.NaN), 0, 0, 0, 0, 0, 0);
        check(x -> Losses.crossEntropy(x, none, Reduction.SUM), losses(0), 0, 0, 0, 0, 0, 0);
        check(x -> Losses.nllLoss(x, none, MEAN), losses(Double.NaN), 0, 0, 0, 0, 0, 0);
    }

    @Test
    void crossEntropyIsTheLikelihoodOfLogSoftmax() {
        Tensor logits = Tensor.of(new double[] {0.5, -1.5, 2.0, 1.0, 0.25, -0.75, 3, 2, 1, -4, 0, 1}, 2, 3, 2);
        for (Reduction reduction : Reduction.values()) {
            ClassOptions options = LossSamples.weighted(reduction);
            Tensor logarithms = Softmaxes.logSoftmax(logits, 1);
            assertThat(Losses.crossEntropy(logits, LossSamples.maps(), options).toDoubles())
                    .containsExactly(
                            Losses.nllLoss(logarithms, LossSamples.maps(), options)
                                    .toDoubles(),
                            within(1e-12));
        }
    }

    @Test
    void sixteenBitLossesAreRoundedOnce() {
        Tensor logits = Tensor.zeros(DType.BFLOAT16, Shape.of(1000, 7));
        Tensor loss = Losses.crossEntropy(logits, Tensor.zeros(DType.INT64, Shape.of(1000)), Reduction.SUM);
        assertThat(loss.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(loss.item())
                .isEqualTo(Casts.to(Tensor.scalar(DType.FLOAT32, 1000 * Math.log(7)), DType.BFLOAT16)
                        .item());
    }

    @Test
    void binaryCrossEntropyIsFiniteAtTheBounds() {
        Tensor x = Autograd.parameter(Tensor.of(new double[] {0, 1, 0, 1}, 4));
        Tensor y = Tensor.of(new double[] {1, 0, 0, 1}, 4);
        Tensor losses = ProbabilityLosses.binaryCrossEntropy(x, y, null, Reduction.NONE);
        assertThat(losses.toDoubles()).containsExactly(new double[] {100, 100, 0, 0}, within(0.0));
        Autograd.backward(Reductions.sum(losses));
        assertThat(Objects.requireNonNull(x.grad()).toDoubles()).containsExactly(-1e12, 1e12, 0, 0);
    }

    @Test
    void binaryCrossEntropyOfLargeLogitsIsExact() {
        Tensor x = Autograd.parameter(Tensor.of(new double[] {800, 800, -800, -800}, 4));
        Tensor y = Tensor.of(new double[] {0, 1, 0, 1}, 4);
        Tensor three = Tensor.scalar(DType.FLOAT64, 3);
        Tensor losses = ProbabilityLosses.binaryCrossEntropyWithLogits(x, y, null, three, Reduction.NONE);
        assertThat(losses.toDoubles()).containsExactly(800, 0, 0, 2400);
        Autograd.backward(Reductions.sum(losses));
        assertThat(Objects.requireNonNull(x.grad()).toDoubles()).containsExactly(1, 0, 0, -3);
    }

    @Test
    void divergenceFromZeroProbabilityIsZero() {
        Tensor x = Autograd.parameter(Tensor.of(new double[] {-1, 0, 1}, 3));
        Tensor y = Tensor.of(new double[] {0, 0.5, 0.5}, 3);
        Tensor loss = ProbabilityLosses.klDivergence(x, y, false, Reduction.SUM);
        assertThat(loss.item()).isEqualTo(-1.1931471805599454, within(1e-15));
        Autograd.backward(loss);
        assertThat(Objects.requireNonNull(x.grad()).toDoubles()).containsExactly(-0.0, -0.5, -0.5);
    }

    @Test
    void likelihoodsOfDistributions() {
        Tensor y = matrix(1, -1, 0.5, -2, 0.75, 3);
        Tensor counts = Rounding.abs(y);
        check(
                x -> RegressionLosses.poissonOfLogarithm(x, counts, false, Reduction.NONE),
                losses(1.1487212707, 1.72313016015, 6.38905609893, 0.718281828459, 1.09652541669, 2.72236655274),
                0.6487212707,
                -1.5537396797,
                20.6671682968,
                2.87312731384,
                2.67012708344,
                -15.1658006836);
        check(
                x -> RegressionLosses.poisson(
                        Rounding.abs(x), Arithmetic.multiply(counts, 2.0), true, 1e-8, Reduction.NONE),
                losses(2.53810080572, 1.34087625505, 1.30685281444, 4.15726311824, 2.5593102311, 9.0414674379),
                -2.99999992,
                0.666666648889,
                1.5000000075,
                -11.99999984,
                -24.9999988,
                41.99999936);
        Tensor variances = matrix(0.5, 2, 1e-9, 1, 0.3, 4);
        check(
                x -> RegressionLosses.gaussian(x, y, variances, false, 1e-6, Reduction.NONE),
                losses(-0.09657359028, 0.40907359028, 1124993.092244721, 4.5, -0.185319735496, 2.45095968056),
                -1,
                -0.5,
                4500000,
                12,
                -8.33333333333,
                -5.625);
        check(
                x -> RegressionLosses.gaussian(x, y, Slices.select(variances, 1, 0), true, 1e-6, Reduction.NONE),
                losses(0.822364942925, 0.822364942925, 2.82236494292, 5.4189385332, 1.0439385332, 7.9501885332),
                -1,
                -2,
                9,
                12,
                -2.5,
                -22.5);
        assertThatThrownBy(() -> RegressionLosses.gaussian(y, y, y, false, 1e-6, Reduction.MEAN))
                .hasMessageContaining("below 0");
        assertThatThrownBy(() -> RegressionLosses.gaussian(y, y, WEIGHT, false, 1e-6, Reduction.MEAN))
                .hasMessageContaining("variances=[3]");
    }

    private static Map<String, Function<Tensor, Tensor>> composites(Tensor y) {
        return Map.of(
                "classes", x -> Losses.crossEntropy(x, SOME, MEAN.weight(WEIGHT)),
                "smoothing", x -> Losses.crossEntropy(x, SOME, MEAN.labelSmoothing(0.2)),
                "probabilities", x -> Losses.crossEntropy(x, y, MEAN.weight(WEIGHT)),
                "smoothL1", x -> RegressionLosses.smoothL1(x, y, 0.7, Reduction.SUM),
                "logits", x -> ProbabilityLosses.binaryCrossEntropyWithLogits(x, y, WEIGHT, WEIGHT, Reduction.MEAN),
                "cosine", x -> RankingLosses.cosineSimilarity(x, y, -1, 1e-8),
                "divergence", x -> ProbabilityLosses.klDivergence(x, y, true, Reduction.NONE));
    }

    @Test
    void gradientsOfCompositesAreDifferentiable() {
        Philox random = new Philox(5, 0);
        composites(matrix(Y)).forEach((name, loss) -> {
            GradCheck.check(x -> loss.apply(x.get(0)), List.of(matrix(X)), 1e-6, random);
            GradCheck.checkTwice(x -> loss.apply(x.get(0)), List.of(matrix(X)), 1e-6, random);
        });
    }

    @Test
    void compositesKeepNothingButTheirResult() {
        Tensor y = matrix(Y);
        composites(y).forEach((name, loss) -> {
            Tensor x = Autograd.parameter(matrix(X));
            long before = Garbage.unreleasedBytes();
            Tensor result = loss.apply(x);
            Tensor seed = Tensor.zeros(result.dtype(), result.shape());
            Autograd.backward(result, seed, Autograd.SavedTensors.FREE);
            Objects.requireNonNull(x.grad()).close();
            seed.close();
            result.close();
            assertThat(Garbage.unreleasedBytes()).as(name).isEqualTo(before);
        });
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = matrix(X);
        assertThatThrownBy(() -> Losses.crossEntropy(x, classes(0, 3), Reduction.MEAN))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("target=3");
        assertThatThrownBy(() -> Losses.crossEntropy(x, classes(0), Reduction.MEAN))
                .hasMessageContaining("targets [2]");
        assertThatThrownBy(() -> Losses.crossEntropy(x, classes(0, 1), MEAN.weight(classes(1, 2))))
                .hasMessageContaining("weight=[2]");
        assertThatThrownBy(() -> MEAN.labelSmoothing(1.5)).hasMessageContaining("labelSmoothing=1.5");
        assertThatThrownBy(() -> Losses.nllLoss(x, classes(0, 1), MEAN.labelSmoothing(0.5)))
                .hasMessageContaining("use crossEntropy");
        assertThatThrownBy(() -> ProbabilityLosses.binaryCrossEntropy(x, x, null, Reduction.MEAN))
                .hasMessageContaining("probabilities from 0 to 1");
        assertThatThrownBy(() -> RegressionLosses.huber(x, x, 0, Reduction.MEAN))
                .hasMessageContaining("delta=0.0");
        assertThatThrownBy(() -> RegressionLosses.smoothL1(x, x, -1, Reduction.MEAN))
                .hasMessageContaining("beta=-1.0");
        assertThatThrownBy(() -> Reduction.named("abc")).hasMessageContaining("none, mean or sum");
    }
}
