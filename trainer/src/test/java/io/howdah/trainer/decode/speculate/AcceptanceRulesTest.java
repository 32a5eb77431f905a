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
    private static final int TEXTS = 200_000;

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
        assertNoticed(new BrokenRules.WithoutResidual(), AcceptanceRulesTest::chain, target, draft);
        assertNoticed(new BrokenRules.DrawPerPath(), AcceptanceRulesTest::tree, target, draft);
        assertNoticed(new BrokenRules.DrawPerPath(), AcceptanceRulesTest::chosen, target, draft);
    }

    /** Its fault are shared nodes alone: where there are none, it is right. */
    @Test
    void aDrawPerPathIsWrongInTreesOnly() {
        Model target = model(1, VOCABULARY, false);
        Model draft = model(101, VOCABULARY, false);
        Map<List<Integer>, Double> chains =
                enumerated(new BrokenRules.DrawPerPath(), AcceptanceRulesTest::chain, target, draft);
        assertThat(largestError(chains, target)).isLessThan(EXACT);
    }

    private static void assertNoticed(AcceptanceRule rule, Drafts drafts, Model target, Model draft) {
        assertThat(largestError(enumerated(rule, drafts, target, draft), target))
                .isGreaterThan(1e-3);
    }

    @ParameterizedTest
    @MethodSource("lossless")
    void countsOfManySeededTextsFitTheTarget(AcceptanceRule rule) {
        int vocabulary = 8;
        Model target = remembered(model(5, vocabulary, false));
        Model draft = remembered(model(6, vocabulary, false));
        int[] counts = new int[vocabulary * vocabulary * vocabulary];
        for (int sample = 0; sample < TEXTS; sample++) {
            Chance chance = new SeededChance(77, 0, sample);
            List<Integer> text = write(rule, AcceptanceRulesTest::chain, target, draft, chance, 3);
            counts[(text.get(0) * vocabulary + text.get(1)) * vocabulary + text.get(2)]++;
        }
        double chiSquare = 0;
        int cells = 0;
        double rare = TEXTS;
        double foundRare = TEXTS;
        for (int cell = 0; cell < counts.length; cell++) {
            int a = cell / (vocabulary * vocabulary);
            int b = cell / vocabulary % vocabulary;
            double expected = TEXTS
                    * seen(target, List.of(0))[a]
                    * seen(target, List.of(0, a))[b]
                    * seen(target, List.of(0, a, b))[cell % vocabulary];
            if (expected >= 5) {
                chiSquare += (counts[cell] - expected) * (counts[cell] - expected) / expected;
                cells++;
                rare -= expected;
                foundRare -= counts[cell];
            }
        }
        // All rare texts are one cell, so that the degrees of freedom are the other cells.
        chiSquare += (foundRare - rare) * (foundRare - rare) / rare;
        // Wilson and Hilferty's normal approximation; 4.75 deviations are p = 1e-6.
        double normal = (Math.cbrt(chiSquare / cells) - (1 - 2.0 / (9 * cells))) / Math.sqrt(2.0 / (9 * cells));
        assertThat(cells).isGreaterThan(150);
        assertThat(normal).as("chi square " + chiSquare + " of " + cells).isLessThan(4.75);
    }

    /** The same model, which works each distribution out once. */
    private static Model remembered(Model model) {
        Map<List<Integer>, double[]> known = new HashMap<>();
        return before -> known.computeIfAbsent(List.copyOf(before), model::next);
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
