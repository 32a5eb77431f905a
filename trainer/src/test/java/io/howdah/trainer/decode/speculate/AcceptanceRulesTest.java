// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.decode.sampling.Chance;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.sampling.SeededChance;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules write exactly the target's distribution: by enumeration of everything that chance can do, and by counting.
 * Controls that break a rule on purpose are noticed by the same measures.
 */
class AcceptanceRulesTest {
    private static final int VOCABULARY = 3;
    private static final int DEPTH = 2;
    private static final double EXACT = 1e-12;

    /** Probabilities of the next token by the tokens before it. */
    private interface Model {
        double[] next(List<Integer> before);
    }

    /** Random distributions, a fixed one for every text; some with a token that is impossible. */
    private static Model model(long seed, int vocabulary, boolean zeros) {
        return before -> {
            Philox random = new Philox(seed, before.hashCode());
            double[] weights = new double[vocabulary];
            double sum = 0;
            for (int i = 0; i < vocabulary; i++) {
                weights[i] = StrictMath.exp(2 * random.nextGaussian());
                sum += weights[i];
            }
            if (zeros && random.nextInt(2) == 0) {
                int none = random.nextInt(vocabulary);
                sum -= weights[none];
                weights[none] = 0;
            }
            for (int i = 0; i < vocabulary; i++) {
                weights[i] /= sum;
            }
            return weights;
        };
    }

    /** Drafts for a text, drawn by chance. */
    private interface Drafts {
        void fill(DraftTree tree, SequenceSampler sampler, Model draft);
    }

    private static List<Integer> texts(TokenHistory history, int from) {
        return Arrays.stream(history.tokens(from)).boxed().toList();
    }

    private static TargetScores scores(DraftTree tree, List<Integer> before, Model target, int vocabulary) {
        float[] logits = new float[(tree.size() + 1) * vocabulary];
        for (int node = DraftTree.ROOT; node < tree.size(); node++) {
            List<Integer> text = new ArrayList<>();
            for (int i = node; i != DraftTree.ROOT; i = tree.parent(i)) {
                text.add(0, tree.token(i));
            }
            text.addAll(0, before);
            double[] p = target.next(text);
            for (int v = 0; v < vocabulary; v++) {
                logits[(node + 1) * vocabulary + v] = (float) Math.log(p[v]);
            }
        }
        return new TargetScores() {
            @Override
            public float[] logits() {
                return logits;
            }

            @Override
            public int at(int node) {
                return (node + 1) * vocabulary;
            }

            @Override
            public int vocabulary() {
                return vocabulary;
            }
        };
    }

    /** The target as the rules see it: its scores rounded to float32. */
    private static double[] seen(Model target, List<Integer> before) {
        double[] p = target.next(before);
        double[] scores = new double[p.length];
        for (int i = 0; i < p.length; i++) {
            scores[i] = (float) Math.log(p[i]);
        }
        return new TokenDistribution(scores).probabilities();
    }

    /** One step and plain sampling behind it, until {@code length} tokens are there. */
    private static List<Integer> write(
            AcceptanceRule rule, Drafts drafts, Model target, Model draft, Chance chance, int length) {
        TokenHistory history = new TokenHistory(0);
        SequenceSampler sampler = new SequenceSampler(SamplingSettings.temperature(1, 0), chance, history);
        DraftTree tree = new DraftTree();
        drafts.fill(tree, sampler, draft);
        history.truncate(1);
        int vocabulary = target.next(List.of()).length;
        rule.accept(tree, scores(tree, texts(history, 0), target, vocabulary), sampler);
        while (history.length() <= length) {
            TargetScores scores = scores(new DraftTree(), texts(history, 0), target, vocabulary);
            history.push(sampler.choose(scores.logits(), 0, vocabulary));
        }
        return texts(history, 1).subList(0, length);
    }

    private static Map<List<Integer>, Double> enumerated(
            AcceptanceRule rule, Drafts drafts, Model target, Model draft) {
        Map<List<Integer>, Double> joint = new HashMap<>();
        Branches branches = new Branches();
        do {
            branches.begin();
            List<Integer> text = write(rule, drafts, target, draft, branches, DEPTH + 1);
            joint.merge(text, branches.probability(), Double::sum);
        } while (branches.advance());
        return joint;
    }

    private static double largestError(Map<List<Integer>, Double> joint, Model target) {
        double largest = 0;
        for (int a = 0; a < VOCABULARY; a++) {
            for (int b = 0; b < VOCABULARY; b++) {
                for (int c = 0; c < VOCABULARY; c++) {
                    double expected = seen(target, List.of(0))[a]
                            * seen(target, List.of(0, a))[b]
                            * seen(target, List.of(0, a, b))[c];
                    double found = joint.getOrDefault(List.of(a, b, c), 0.0);
                    largest = Math.max(largest, Math.abs(found - expected));
                }
            }
        }
        return largest;
    }

    /** A chain of drawn tokens. */
    private static void chain(DraftTree tree, SequenceSampler sampler, Model draft) {
        for (int i = 0; i < DEPTH; i++) {
            drawn(tree, sampler, draft, i - 1, 0);
        }
    }

    private static void drawn(DraftTree tree, SequenceSampler sampler, Model draft, int parent, int sibling) {
        double[] q = draft.next(texts(sampler.history(), 0));
        TokenDistribution distribution = TokenDistribution.ofProbabilities(q);
        int position = sampler.history().length();
        int token = sampler.chance().draw(Chance.Purpose.DRAFT, position, sibling, distribution);
        tree.add(parent, token, distribution.probabilities());
        sampler.history().push(token);
    }

    /** Two drawn siblings, the first one with a drawn child. */
    private static void tree(DraftTree tree, SequenceSampler sampler, Model draft) {
        drawn(tree, sampler, draft, DraftTree.ROOT, 0);
        drawn(tree, sampler, draft, 0, 0);
        sampler.history().truncate(1);
        drawn(tree, sampler, draft, DraftTree.ROOT, 1);
    }

    /** The two likeliest tokens, chosen, and the likeliest child of each. */
    private static void chosen(DraftTree tree, SequenceSampler sampler, Model draft) {
        int first = TokenDistribution.ofProbabilities(draft.next(texts(sampler.history(), 0)))
                .likeliest();
        int a = tree.add(DraftTree.ROOT, first);
        int b = tree.add(DraftTree.ROOT, (first + 1) % VOCABULARY);
        tree.add(a, 0);
        tree.add(b, 0);
    }

    static Stream<AcceptanceRule> lossless() {
        return AcceptanceRules.ALL.stream().filter(AcceptanceRule::isLossless);
    }

    @ParameterizedTest
    @MethodSource("lossless")
    void losslessRulesGiveExactlyTheTargetsDistribution(AcceptanceRule rule) {
        for (long seed = 0; seed < 8; seed++) {
            Model target = model(seed, VOCABULARY, seed % 2 == 1);
            Model draft = model(seed + 100, VOCABULARY, seed % 4 > 1);
            for (Drafts drafts : List.<Drafts>of(
                    AcceptanceRulesTest::chain,
                    AcceptanceRulesTest::tree,
                    AcceptanceRulesTest::chosen,
                    (tree, sampler, model) -> {})) {
                double error = largestError(enumerated(rule, drafts, target, draft), target);
                assertThat(error).as(rule.name() + " seed " + seed).isLessThan(EXACT);
            }
        }
    }

    /** Rules and drafts that are wrong in the ways that published code was. */
    @Test
    void enumerationNoticesWhatIsWrong() {
        AcceptanceRule rejection = AcceptanceRules.named("rejection");
        Model target = model(1, VOCABULARY, false);
        Model draft = model(101, VOCABULARY, false);
        Drafts greedyWithSoftmax = (tree, sampler, model) -> {
            double[] q = model.next(texts(sampler.history(), 0));
            tree.add(DraftTree.ROOT, TokenDistribution.ofProbabilities(q).likeliest(), q);
        };
        assertNoticed(rejection, greedyWithSoftmax, target, draft);
        Drafts otherTemperature = (tree, sampler, model) -> {
            double[] q = model.next(texts(sampler.history(), 0));
            double[] hot = Arrays.stream(q).map(Math::sqrt).toArray();
            TokenDistribution drawnFrom = TokenDistribution.ofProbabilities(hot);
            int token = sampler.chance().draw(Chance.Purpose.DRAFT, 1, 0, drawnFrom);
            tree.add(DraftTree.ROOT, token, q);
        };
        assertNoticed(rejection, otherTemperature, target, draft);
        Drafts discardsUnlikely = (tree, sampler, model) -> {
            double[] q = model.next(texts(sampler.history(), 0));
            int token = sampler.chance().draw(Chance.Purpose.DRAFT, 1, 0, TokenDistribution.ofProbabilities(q));
            if (q[token] > 0.2) {
                tree.add(DraftTree.ROOT, token, q);
            }
        };
        assertNoticed(rejection, discardsUnlikely, target, draft);
        assertNoticed(new WithoutResidual(), AcceptanceRulesTest::chain, target, draft);
    }

    private static void assertNoticed(AcceptanceRule rule, Drafts drafts, Model target, Model draft) {
        assertThat(largestError(enumerated(rule, drafts, target, draft), target))
                .isGreaterThan(1e-3);
    }

    /** Draws from the target where it should draw from the residual. */
    private static final class WithoutResidual implements AcceptanceRule {
        @Override
        public String name() {
            return "without residual";
        }

        @Override
        public boolean isLossless() {
            return false;
        }

        @Override
        public DraftRequest.Drawing drawing() {
            return DraftRequest.Drawing.INDEPENDENT;
        }

        @Override
        public AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler) {
            int node = DraftTree.ROOT;
            List<Integer> nodes = new ArrayList<>();
            while (node + 1 < tree.size()) {
                int token = tree.token(node + 1);
                double p = sampler.distribution(scores.logits(), scores.at(node), scores.vocabulary())
                        .probabilities()[token];
                if (!sampler.chance().accepts(nodes.size(), 0, p, tree.distribution(node + 1)[token])) {
                    break;
                }
                node++;
                nodes.add(node);
                sampler.history().push(token);
            }
            sampler.history().push(sampler.choose(scores.logits(), scores.at(node), scores.vocabulary()));
            int[] path = nodes.stream().mapToInt(i -> i).toArray();
            return new AcceptedPath(path, new int[path.length + 1]);
        }
    }

    @ParameterizedTest
    @MethodSource("lossless")
    void countsOfManySeededTextsFitTheTarget(AcceptanceRule rule) {
        int vocabulary = 8;
        int texts = 60_000;
        Model target = model(5, vocabulary, false);
        Model draft = model(6, vocabulary, false);
        Map<List<Integer>, Integer> counts = new HashMap<>();
        for (int sample = 0; sample < texts; sample++) {
            Chance chance = new SeededChance(77, 0, sample);
            counts.merge(write(rule, AcceptanceRulesTest::chain, target, draft, chance, 2), 1, Integer::sum);
        }
        double chiSquare = 0;
        int cells = 0;
        for (int a = 0; a < vocabulary; a++) {
            for (int b = 0; b < vocabulary; b++) {
                double expected = texts * seen(target, List.of(0))[a] * seen(target, List.of(0, a))[b];
                double found = counts.getOrDefault(List.of(a, b), 0);
                if (expected >= 5) {
                    chiSquare += (found - expected) * (found - expected) / expected;
                    cells++;
                }
            }
        }
        // Wilson and Hilferty's normal approximation; 4.75 deviations are p = 1e-6.
        double normal = (Math.cbrt(chiSquare / cells) - (1 - 2.0 / (9 * cells))) / Math.sqrt(2.0 / (9 * cells));
        assertThat(normal).as("chi square " + chiSquare + " of " + cells).isLessThan(4.75);
    }

    @Test
    void rejectionAcceptsAsOftenAsTheDistributionsOverlapAndMatchingNearly() {
        int vocabulary = 8;
        int texts = 20_000;
        double[] p = model(5, vocabulary, false).next(List.of(0));
        double[] q = model(6, vocabulary, false).next(List.of(0));
        double overlap = 0;
        double independent = 0;
        for (int i = 0; i < vocabulary; i++) {
            overlap += Math.min(p[i], q[i]);
            independent += p[i] * q[i];
        }
        int accepted = 0;
        int matched = 0;
        for (int sample = 0; sample < texts; sample++) {
            Chance chance = new SeededChance(78, 1, sample);
            TokenDistribution from = TokenDistribution.ofProbabilities(q);
            int token = chance.draw(Chance.Purpose.DRAFT, 1, 0, from);
            accepted += chance.accepts(1, 0, p[token], q[token]) ? 1 : 0;
            int drafted = chance.draw(Chance.Purpose.TOKEN, 1, 0, from);
            matched += drafted == chance.draw(Chance.Purpose.TOKEN, 1, 0, TokenDistribution.ofProbabilities(p)) ? 1 : 0;
        }
        double deviation = Math.sqrt(overlap * (1 - overlap) / texts);
        assertThat((double) accepted / texts).isCloseTo(overlap, offset(4 * deviation));
        // The same noise for both: more often than independent draws, never more often than the overlap allows.
        assertThat((double) matched / texts).isBetween(independent + 4 * deviation, overlap + 4 * deviation);
    }

    @Test
    void neverAcceptsTheImpossible() {
        Chance chance = new SeededChance(1, 2, 3);
        for (int position = 0; position < 1000; position++) {
            assertThat(chance.accepts(position, 0, 0, 1)).isFalse();
            assertThat(chance.accepts(position, 0, 0, 0)).isFalse();
            assertThat(chance.accepts(position, 0, 1, 1)).isTrue();
        }
    }

    @Test
    void unknownRulesAreRefusedWithTheKnownOnes() {
        assertThat(AcceptanceRules.sampleMatch().name()).isEqualTo("sample-match");
        assertThatThrownBy(() -> AcceptanceRules.named("hope"))
                .hasMessageContaining("expected one of [sample-match, rejection");
    }
}
