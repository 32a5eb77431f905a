// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(InStepScope.class)
class MetricsTest {

    static List<String> names() {
        return Metrics.names();
    }

    private static Prediction numbers(float[] losses, float[] scores, float[] targets) {
        return new Prediction(
                Tensor.of(losses, losses.length), Tensor.of(scores, scores.length), Tensor.of(targets, targets.length));
    }

    private static Prediction answers(float[] scores, float... targets) {
        return numbers(new float[scores.length], scores, targets);
    }

    private static Prediction classes(int width, float[] scores, long... targets) {
        return new Prediction(
                Tensor.of(new float[targets.length], targets.length),
                Tensor.of(scores, targets.length, width),
                Tensor.of(targets, targets.length));
    }

    /** Losses, logits with ties, and answers, from a seed. */
    private static Prediction random(long seed, int samples) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] columns = new float[3][samples];
        for (int i = 0; i < samples; i++) {
            columns[0][i] = random.nextFloat() * 3;
            columns[1][i] = random.nextInt(-20, 20) / 8f;
            columns[2][i] = random.nextInt(3) == 0 ? 1 : 0;
        }
        return numbers(columns[0], columns[1], columns[2]);
    }

    private static double value(String name, Prediction... batches) {
        Metric metric = Metrics.create(name);
        for (Prediction batch : batches) {
            metric.add(batch);
        }
        return metric.value();
    }

    @ParameterizedTest
    @MethodSource("names")
    void batchesAndMergedPartsGiveTheWhole(String name) {
        long seed = 42;
        Prediction first = random(seed, 70);
        Prediction second = random(seed + 1, 31);
        Metric left = Metrics.create(name);
        Metric right = Metrics.create(name);
        left.add(first);
        right.add(second);
        left.merge(right);
        assertThat(left.value())
                .as("seed " + seed)
                .isFinite()
                .isCloseTo(value(name, first, second), Offset.offset(1e-12));
        assertThat(value(name, first)).isNotEqualTo(value(name, second));
    }

    @ParameterizedTest
    @MethodSource("names")
    void nothingSeenIsUndefined(String name) {
        assertThat(Metrics.create(name).value()).isNaN();
        assertThat(Metrics.better(name).gain(1, 2)).isIn(-1.0, 1.0);
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> Metrics.create("f1"))
                .hasMessageContaining("metric=f1")
                .hasMessageContaining("accuracy, auc, bitsPerByte");
    }

    @Test
    void lossesInThreeForms() {
        Prediction batch = numbers(new float[] {1, 2, 6}, new float[3], new float[3]);
        assertThat(value("loss", batch)).isEqualTo(3);
        assertThat(value("perplexity", batch)).isEqualTo(StrictMath.exp(3));
        assertThat(value("bitsPerByte", batch)).isEqualTo(3 / Math.log(2));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aucIsTheShareOfPairsInOrder(long seed) {
        Prediction batch = random(seed, 200);
        double[] scores = batch.scores().toDoubles();
        double[] answers = batch.targets().toDoubles();
        double right = 0;
        long pairs = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (answers[i] == 1 && answers[j] == 0) {
                    right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                    pairs++;
                }
            }
        }
        assertThat(value("auc", batch)).as("seed " + seed).isEqualTo(right / pairs);
    }

    @Test
    void aucAsScikitLearnHasIt() {
        // sklearn.metrics.roc_auc_score
        assertThat(value("auc", answers(new float[] {0.1f, 0.4f, 0.35f, 0.8f}, 0, 0, 1, 1)))
                .isEqualTo(0.75);
        assertThat(value("auc", answers(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, 0, 1, 0, 1)))
                .isEqualTo(0.5);
        assertThat(value("auc", answers(new float[] {1, 2, 2, 3, 2}, 0, 0, 1, 1, 0)))
                .isEqualTo(5.0 / 6);
        assertThat(value("auc", answers(new float[] {-0f, 0f}, 1, 0))).isEqualTo(0.5);
        assertThat(value("auc", answers(new float[] {1, 2}, 1, 1))).isNaN();
        assertThat(value("auc", answers(new float[] {Float.NaN, 2}, 1, 0))).isNaN();
        assertThatThrownBy(() -> value("auc", answers(new float[] {1}, 0.5f))).hasMessageContaining("target=0.5");
    }

    @ParameterizedTest
    @CsvSource({"accuracy, 0.25", "top5Accuracy, 0.75"})
    void countsClassesAmongTheHighest(String name, double expected) {
        float[] scores = {
            0, 1, 2, 3, 4, 5, 6, // class 6 is first
            0, 1, 2, 3, 4, 5, 6, // class 2 is fifth
            7, 7, 7, 7, 7, 7, 7, // of equals, class 4 is fifth
            0, 1, 2, 3, 4, 5, 6 // class 1 is sixth
        };
        assertThat(value(name, classes(7, scores, 6, 2, 4, 1))).isEqualTo(expected);
    }

    @Test
    void readsScoresInAnyLayout() {
        float[] scores = {0, 3, 1, 2, 5, 4};
        Tensor turned = Tensor.of(new float[] {0, 2, 3, 5, 1, 4}, 3, 2).view(Shape.of(2, 3), new long[] {1, 2}, 0);
        Prediction plain = classes(3, scores, 1, 1);
        assertThat(turned.toFloats()).containsExactly(scores);
        for (String name : List.of("accuracy", "logLoss")) {
            assertThat(value(name, new Prediction(plain.losses(), turned, plain.targets())))
                    .isEqualTo(value(name, plain));
        }
        assertThat(value("accuracy", plain)).isEqualTo(1);
    }

    @Test
    void accuracyOfAnswersIsTheSignOfTheLogit() {
        Prediction batch = answers(new float[] {2, -1, 0, 3, Float.NaN}, 1, 0, 0, 0, 0);
        assertThat(value("accuracy", batch)).isEqualTo(3.0 / 5);
    }

    @Test
    void logLossOfClassesAndAnswers() {
        double sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
        assertThat(value("logLoss", classes(3, new float[] {1, 2, 3}, 1)))
                .isCloseTo(Math.log(sum) - 2, Offset.offset(1e-12));
        assertThat(value("logLoss", classes(2, new float[] {1000, 0}, 1))).isEqualTo(1000);
        Prediction batch = answers(new float[] {2, -1, 500, -500}, 1, 1, 1, 0);
        double expected = (Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(1))) / 4;
        assertThat(value("logLoss", batch)).isCloseTo(expected, Offset.offset(1e-12));
    }

    @Test
    void rootOfTheMeanSquare() {
        assertThat(value("rmse", answers(new float[] {1, 5}, 4, 1))).isEqualTo(Math.sqrt(12.5));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> value("accuracy", classes(2, new float[] {1, 2}, 2)))
                .hasMessageContaining("target=2")
                .hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> value("auc", classes(2, new float[] {1, 2}, 1)))
                .hasMessageContaining("one score and one target per sample");
    }
}
