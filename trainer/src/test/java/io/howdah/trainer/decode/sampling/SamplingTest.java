// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.decode.sampling.Chance.Purpose;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scores are processed as the settings say, and noise is a function of its key. */
class SamplingTest {
    private static final float[] LOGITS = {9, 1, 3, -2, 3, 0, 2.5f};

    private static double[] probabilities(SamplingSettings settings, int... history) {
        SequenceSampler sampler = new SequenceSampler(settings, new SeededChance(1, 2, 3), new TokenHistory(history));
        return sampler.distribution(LOGITS, 1, 6).probabilities();
    }

    private static double[] softmax(double... scores) {
        double sum = 0;
        double[] p = scores.clone();
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(scores[i]);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }

    private static void assertClose(double[] found, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], offset(1e-12));
        }
    }

    @Test
    void temperaturePenaltyAndCuts() {
        double no = Double.NEGATIVE_INFINITY;
        assertClose(probabilities(SamplingSettings.temperature(1, 0)), softmax(1, 3, -2, 3, 0, 2.5));
        assertClose(probabilities(SamplingSettings.temperature(2, 0)), softmax(0.5, 1.5, -1, 1.5, 0, 1.25));
        assertClose(probabilities(new SamplingSettings(1, 0, 1, 0, 2, 0), 1, 2, 1), softmax(1, 1.5, -4, 3, 0, 2.5));
        assertClose(probabilities(new SamplingSettings(1, 1, 1, 0, 1, 0)), softmax(no, 3, no, no, no, no));
        assertClose(probabilities(new SamplingSettings(1, 3, 1, 0, 1, 0)), softmax(no, 3, no, 3, no, 2.5));
        double[] all = probabilities(SamplingSettings.temperature(1, 0));
        assertClose(probabilities(new SamplingSettings(1, 0, 2 * all[1], 0, 1, 0)), softmax(no, 3, no, 3, no, no));
        assertClose(
                probabilities(new SamplingSettings(1, 0, 2 * all[1] + 1e-9, 0, 1, 0)), softmax(no, 3, no, 3, no, 2.5));
        assertClose(probabilities(new SamplingSettings(1, 0, 1e-9, 0, 1, 0)), softmax(no, 3, no, no, no, no));
        assertClose(probabilities(new SamplingSettings(1, 0, 1, 0.5, 1, 0)), softmax(no, 3, no, 3, no, 2.5));
        assertClose(probabilities(new SamplingSettings(1, 0, 1, 0.7, 1, 0)), softmax(no, 3, no, 3, no, no));
    }

    @Test
    void greedyTakesTheLowestOfEquals() {
        SequenceSampler sampler =
                new SequenceSampler(SamplingSettings.GREEDY, new SeededChance(1, 2, 3), new TokenHistory(5));
        assertThat(sampler.choose(LOGITS, 1, 6)).isEqualTo(1);
        assertThat(sampler.choose(sampler.distribution(LOGITS, 1, 6))).isEqualTo(1);
        SequenceSampler penalised = new SequenceSampler(
                new SamplingSettings(0, 0, 1, 0, 1.5, 0), new SeededChance(1, 2, 3), new TokenHistory(1));
        assertThat(penalised.choose(LOGITS, 1, 6)).isEqualTo(3);
    }

    @Test
    void noiseIsAFunctionOfItsKeyAlone() {
        TokenDistribution flat = new TokenDistribution(new double[1000]);
        List<Integer> drawn = new ArrayList<>();
        for (int position = 0; position < 50; position++) {
            drawn.add(new SeededChance(1, 2, 3).draw(Purpose.TOKEN, position, 0, flat));
        }
        Chance same = new SeededChance(1, 2, 3);
        for (int position = 49; position >= 0; position--) {
            assertThat(same.draw(Purpose.TOKEN, position, 0, flat)).isEqualTo(drawn.get(position));
        }
        assertThat(drawn.stream().distinct().count()).isGreaterThan(40);
        List<Integer> others = new ArrayList<>();
        for (Chance chance : List.of(new SeededChance(2, 2, 3), new SeededChance(1, 3, 3), new SeededChance(1, 2, 4))) {
            others.add(chance.draw(Purpose.TOKEN, 0, 0, flat));
        }
        others.add(same.draw(Purpose.DRAFT, 0, 0, flat));
        others.add(same.draw(Purpose.RESIDUAL, 0, 0, flat));
        others.add(same.draw(Purpose.TOKEN, 0, 1, flat));
        others.add(drawn.get(0));
        assertThat(others).doesNotHaveDuplicates();
    }

    @Test
    void drawsHaveTheDistribution() {
        TokenDistribution distribution =
                TokenDistribution.ofProbabilities(new double[] {0.5, 0, 0.25, 0.2, 0.0499, 0.0001});
        int draws = 100_000;
        int[] counts = new int[6];
        for (int i = 0; i < draws; i++) {
            counts[new SeededChance(3, i, 0).draw(Purpose.TOKEN, 17, 0, distribution)]++;
        }
        double[] p = distribution.probabilities();
        for (int i = 0; i < 6; i++) {
            assertThat((double) counts[i] / draws).isCloseTo(p[i], offset(4.5 * Math.sqrt(p[i] * (1 - p[i]) / draws)));
        }
    }

    @Test
    void historiesCountWhatTheyHold() {
        TokenHistory history = new TokenHistory(4, 4, 5);
        history.push(6);
        history.truncate(1);
        assertThat(history.seen()).containsExactly(4);
        history.pop();
        assertThat(history.seen()).isEmpty();
        assertThatThrownBy(history::last).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesSettingsThatMeanNothing() {
        assertThatThrownBy(() -> new SamplingSettings(-1, 0, 1, 0, 1, 0)).hasMessageContaining("temperature=-1.0");
        assertThatThrownBy(() -> new SamplingSettings(1, 0, 0, 0, 1, 0)).hasMessageContaining("topP=0.0");
        assertThatThrownBy(() -> new SamplingSettings(1, 0, 1, 1, 1, 0)).hasMessageContaining("minP=1.0");
        assertThatThrownBy(() -> new SeededChance(1, 1, 1)
                        .draw(Purpose.TOKEN, 0, 0, new TokenDistribution(new double[] {Double.NaN, Double.NaN})))
                .hasMessageContaining("no score is finite");
    }
}
