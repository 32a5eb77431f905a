// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.sampling.SeededChance;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Typical acceptance does what its definition says, is greedy where sampling is, and is no lossless rule. */
class TypicalAcceptanceTest {
    private static final int VOCABULARY = 6;

    /** A random tree with scores behind its nodes. */
    private record Example(DraftTree tree, float[] logits) implements TargetScores {
        static Example random(long seed) {
            Philox random = new Philox(seed, 0);
            DraftTree tree = new DraftTree();
            for (int i = 0; i < 10; i++) {
                tree.add(random.nextInt(i + 1) - 1, random.nextInt(VOCABULARY));
            }
            float[] logits = new float[(tree.size() + 1) * VOCABULARY];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) (2 * random.nextGaussian());
            }
            return new Example(tree, logits);
        }

        @Override
        public int at(int node) {
            return (node + 1) * VOCABULARY;
        }

        @Override
        public int vocabulary() {
            return VOCABULARY;
        }

        double[] p(int node, double temperature) {
            double[] scores = new double[VOCABULARY];
            for (int i = 0; i < VOCABULARY; i++) {
                scores[i] = logits[at(node) + i] / temperature;
            }
            return new TokenDistribution(scores).probabilities();
        }
    }

    private static SequenceSampler sampler(double temperature) {
        return new SequenceSampler(
                SamplingSettings.temperature(temperature, 1), new SeededChance(1, 0, 0), new TokenHistory(0));
    }

    private static AcceptedPath accept(AcceptanceRule rule, Example example, double temperature) {
        SequenceSampler sampler = sampler(temperature);
        AcceptedPath path = rule.accept(example.tree(), example, sampler);
        assertThat(sampler.history().tokens(1)).isEqualTo(path.tokens());
        return path;
    }

    /** Every node whose whole path is typical, and of the deepest the likeliest. */
    private static List<Integer> reference(Example example, double epsilon, double delta) {
        List<Integer> best = List.of();
        double bestLikelihood = 0;
        for (int leaf = 0; leaf < example.tree().size(); leaf++) {
            List<Integer> path = new ArrayList<>();
            double likelihood = 0;
            boolean typical = true;
            for (int node = leaf; node >= 0; node = example.tree().parent(node)) {
                double[] p = example.p(example.tree().parent(node), 1);
                double entropy = 0;
                for (double q : p) {
                    entropy -= q * Math.log(q);
                }
                double own = p[example.tree().token(node)];
                typical &= own > Math.min(epsilon, delta * Math.exp(-entropy));
                likelihood += Math.log(own);
                path.add(0, node);
            }
            boolean better = path.size() > best.size() || path.size() == best.size() && likelihood > bestLikelihood;
            if (typical && better) {
                best = path;
                bestLikelihood = likelihood;
            }
        }
        return best;
    }

    @Test
    void keepsTheLongestTypicalPathAndTheLikeliestTokenBehindIt() {
        for (long seed = 0; seed < 300; seed++) {
            Example example = Example.random(seed);
            AcceptedPath path = accept(AcceptanceRules.typical(0.09, 0.3), example, 1);
            List<Integer> expected = reference(example, 0.09, 0.3);
            assertThat(path.nodes())
                    .as("seed " + seed)
                    .containsExactly(expected.stream().mapToInt(i -> i).toArray());
            int last = expected.isEmpty() ? DraftTree.ROOT : expected.get(expected.size() - 1);
            double[] p = example.p(last, 1);
            for (double other : p) {
                assertThat(p[path.tokens()[expected.size()]]).isGreaterThanOrEqualTo(other);
            }
        }
    }

    @Test
    void isGreedyAtTemperatureZeroAndNearIt() {
        for (long seed = 0; seed < 100; seed++) {
            Example example = Example.random(seed);
            AcceptedPath greedy = accept(AcceptanceRules.sampleMatch(), example, 0);
            for (double temperature : new double[] {0, 1e-4}) {
                AcceptedPath typical = accept(AcceptanceRules.named("typical"), example, temperature);
                assertThat(typical.tokens()).as("seed " + seed).isEqualTo(greedy.tokens());
            }
        }
    }

    @Test
    void acceptsLessForGreaterEpsilonAndDelta() {
        int[] kept = new int[5];
        for (long seed = 0; seed < 200; seed++) {
            Example example = Example.random(seed);
            int before = Integer.MAX_VALUE;
            for (int i = 0; i < kept.length; i++) {
                double epsilon = 0.02 + 0.2 * i;
                int length = accept(AcceptanceRules.typical(epsilon, 0.99), example, 1)
                        .nodes()
                        .length;
                assertThat(length).as("seed " + seed).isLessThanOrEqualTo(before);
                before = length;
                kept[i] += length;
            }
        }
        assertThat(kept[0]).isGreaterThan(kept[4]);
    }

    @Test
    void isNotLossless() {
        assertThat(AcceptanceRules.named("typical").isLossless()).isFalse();
        // Of one token behind no draft the likeliest is always written: far from the target's distribution.
        Example example = Example.random(1);
        Example none = new Example(new DraftTree(), example.logits());
        int written = accept(AcceptanceRules.named("typical"), none, 1).tokens()[0];
        double distance = 1 - none.p(DraftTree.ROOT, 1)[written];
        assertThat(distance).isGreaterThan(0.1);
    }

    @Test
    void refusesThresholdsThatAreNone() {
        assertThatThrownBy(() -> AcceptanceRules.typical(0, 0.3)).hasMessageContaining("epsilon=0.0 delta=0.3");
    }
}
