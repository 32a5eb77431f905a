// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.tensor.Philox;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClickGeneratorTest {
    private static final int FIELDS = 5;
    private static final int ROWS = 40;
    private static final ClickGenerator CLICKS = new ClickGenerator(3, FIELDS, ROWS, 1.5);

    /** Examples as a reader sees them, with the true log-odds computed from the stored values. */
    private record Examples(double[] logits, boolean[] labels, long[][] ids, float[][] dense) {
        static Examples draw(ClickGenerator generator, int count, long first) {
            Examples examples =
                    new Examples(new double[count], new boolean[count], new long[count][FIELDS], new float[count][13]);
            ByteBuffer[] row = GeneratedRows.buffers(generator.columns());
            for (int i = 0; i < count; i++) {
                generator.draw(first + i, row);
                int[] ranks = new int[FIELDS];
                for (int j = 0; j < 13; j++) {
                    examples.dense[i][j] = row[0].getFloat(4 * j);
                }
                for (int field = 0; field < FIELDS; field++) {
                    examples.ids[i][field] = row[1].getLong(8 * field);
                    ranks[field] = (int) (examples.ids[i][field] - (long) field * ROWS);
                }
                examples.logits[i] = generator.truth().logit(examples.dense[i], ranks);
                examples.labels[i] = row[2].getFloat(0) == 1;
                assertThat(row[2].getFloat(0)).isIn(0f, 1f);
            }
            return examples;
        }
    }

    @Test
    void bestScoresAreThoseOfTheStoredExamples() {
        Examples heldout = Examples.draw(CLICKS, 2000, Datagen.FIRST_HELDOUT);
        Map<String, String> properties = CLICKS.properties(Datagen.FIRST_HELDOUT, 2000);
        double loss = 0;
        double wins = 0;
        long pairs = 0;
        for (int i = 0; i < 2000; i++) {
            double probability = 1 / (1 + Math.exp(-heldout.logits[i]));
            loss -= Math.log(heldout.labels[i] ? probability : 1 - probability) / 2000;
            for (int j = 0; j < 2000; j++) {
                if (heldout.labels[i] && !heldout.labels[j]) {
                    pairs++;
                    wins += heldout.logits[i] > heldout.logits[j]
                            ? 1
                            : heldout.logits[i] == heldout.logits[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(Double.parseDouble(properties.get("best.auc"))).isCloseTo(wins / pairs, within(1e-9));
        assertThat(Double.parseDouble(properties.get("best.log.loss"))).isCloseTo(loss, within(1e-9));
        assertThat(properties)
                .containsEntry("fields", "5")
                .containsEntry("rows.per.field", "40")
                .containsEntry("dense", "13");
    }

    @Test
    void labelsFollowTheTrueProbabilities() {
        int count = 40_000;
        Examples examples = Examples.draw(CLICKS, count, 0);
        double[] positives = new double[10];
        double[] expected = new double[10];
        double[] variance = new double[10];
        for (int i = 0; i < count; i++) {
            double probability = 1 / (1 + Math.exp(-examples.logits[i]));
            int bin = (int) (10 * probability);
            positives[bin] += examples.labels[i] ? 1 : 0;
            expected[bin] += probability;
            variance[bin] += probability * (1 - probability);
        }
        for (int bin = 0; bin < 10; bin++) {
            assertThat(positives[bin])
                    .as("bin %d", bin)
                    .isCloseTo(expected[bin], within(4.5 * Math.sqrt(variance[bin]) + 1));
        }
        double rate = Arrays.stream(positives).sum() / count;
        assertThat(rate).isBetween(0.2, 0.45);
    }

    @Test
    void logitsHaveTheStatedMoments() {
        Examples examples = Examples.draw(CLICKS, 40_000, 0);
        double mean = Arrays.stream(examples.logits).average().orElseThrow();
        double variance = Arrays.stream(examples.logits)
                .map(logit -> (logit - mean) * (logit - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(-1.2, within(0.05));
        assertThat(variance).isCloseTo(3.4, within(0.3));
    }

    @Test
    void idsLieInTheirFieldsAndAreZipfDistributed() {
        Examples examples = Examples.draw(CLICKS, 20_000, 0);
        double norm = 0;
        for (int rank = 1; rank <= ROWS; rank++) {
            norm += Math.pow(rank, -1.5);
        }
        for (int field = 0; field < FIELDS; field++) {
            int[] counts = new int[ROWS];
            for (long[] ids : examples.ids) {
                assertThat(ids[field]).isBetween((long) field * ROWS, (long) field * ROWS + ROWS - 1);
                counts[(int) (ids[field] - (long) field * ROWS)]++;
            }
            for (int rank : new int[] {0, 1, 5, 39}) {
                double expected = 20_000 * Math.pow(rank + 1, -1.5) / norm;
                assertThat((double) counts[rank]).isCloseTo(expected, within(4.5 * Math.sqrt(expected)));
            }
        }
    }

    @Test
    void denseFeaturesAreStandardNormal() {
        Examples examples = Examples.draw(CLICKS, 20_000, 0);
        double sum = 0;
        double squares = 0;
        for (float[] dense : examples.dense) {
            for (float value : dense) {
                sum += value;
                squares += value * value;
            }
        }
        assertThat(sum / 260_000).isCloseTo(0, within(0.01));
        assertThat(squares / 260_000).isCloseTo(1, within(0.015));
    }

    @Test
    void scoresCountTiesHalf() {
        BinaryScores scores =
                BinaryScores.of(new double[] {0.5, 2, 0.5, -1, 0.5}, new boolean[] {true, true, false, false, false});
        // Pairs: 0.5 against 0.5, −1, 0.5 wins 2 of 3; 2 wins 3 of 3.
        assertThat(scores.areaUnderCurve()).isCloseTo(5.0 / 6, within(1e-15));
        assertThatThrownBy(() -> BinaryScores.of(new double[] {1, 2}, new boolean[] {true, true}))
                .hasMessageContaining("examples=2 all with one label, expected both");
    }

    @Test
    void logLossIsFiniteFarOut() {
        BinaryScores scores = BinaryScores.of(new double[] {-800, 800}, new boolean[] {true, false});
        assertThat(scores.logLoss()).isEqualTo(800);
    }

    @Test
    void zipfOfExponentZeroIsUniform() {
        ZipfRanks ranks = new ZipfRanks(4, 0);
        Philox random = new Philox(1, 1);
        int[] counts = new int[4];
        for (int i = 0; i < 40_000; i++) {
            counts[ranks.draw(random)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_600, 10_400);
        }
    }

    @Test
    void moreIdsThanArraysHoldAreRefused() {
        assertThatThrownBy(() -> new ClickGenerator(3, 256, 10_000_000, 1.5))
                .hasMessageContaining("Cannot draw clicks: howdah.datagen.fields=256")
                .hasMessageContaining("expected at most");
    }
}
