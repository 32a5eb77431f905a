// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.decode.heads.HeadCalibration.Before;
import io.howdah.trainer.decode.heads.TreeShape.Node;
import io.howdah.trainer.decode.speculate.RowCosts;
import io.howdah.trainer.tensor.Philox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trees of drafts: the best ones are found, and expect what then comes. */
class TreeSearchTest {
    private static final int HEADS = 3;
    private static final int RANKS = 3;
    private static final int STATES = Before.values().length;
    private static final int PLACES = 1000;

    /** Random rates; ranks are not always in the order of their rates. */
    private static HeadCalibration random(long seed) {
        Philox random = new Philox(seed, 0);
        long[][][] hits = new long[HEADS][STATES][RANKS];
        long[][] places = new long[HEADS][STATES];
        for (int head = 0; head < HEADS; head++) {
            for (int state = 0; state < STATES; state++) {
                places[head][state] = PLACES;
                for (int rank = 0; rank < RANKS; rank++) {
                    hits[head][state][rank] = random.nextInt(PLACES / RANKS);
                }
            }
        }
        return new HeadCalibration(places, hits);
    }

    @Test
    void greedySearchFindsTheBestOfAllTrees() {
        for (long seed = 0; seed < 20; seed++) {
            TreeSearch search = new TreeSearch(random(seed));
            for (int nodes = 1; nodes <= 5; nodes++) {
                TreeShape found = search.of(nodes);
                assertThat(found.size()).isEqualTo(nodes);
                assertThat(search.accepted(found))
                        .as("seed " + seed + " nodes " + nodes)
                        .isCloseTo(best(search, new ArrayList<>(), nodes), offset(1e-12));
            }
        }
    }

    /** E[accepted] of the best tree that goes on from {@code nodes}, which are sorted by depth, parent and rank. */
    private static double best(TreeSearch search, List<Node> nodes, int left) {
        if (left == 0) {
            return search.accepted(new TreeShape(nodes));
        }
        double best = 0;
        for (int parent = -1; parent < nodes.size(); parent++) {
            int depth = parent < 0 ? 1 : nodes.get(parent).depth() + 1;
            for (int rank = 0; depth <= HEADS && rank < RANKS; rank++) {
                Node node = new Node(parent, depth, rank);
                Node last = nodes.isEmpty() ? null : nodes.get(nodes.size() - 1);
                boolean later = last == null
                        || depth > last.depth()
                        || depth == last.depth()
                                && (parent > last.parent() || parent == last.parent() && rank > last.rank());
                if (later) {
                    List<Node> more = new ArrayList<>(nodes);
                    more.add(node);
                    best = Math.max(best, best(search, more, left - 1));
                }
            }
        }
        return best;
    }

    @Test
    void expectedAcceptanceIsThatOfHeadsBehindEachOther() {
        HeadCalibration calibration = random(5);
        TreeSearch search = new TreeSearch(calibration);
        TreeShape tree = search.of(8);
        Philox random = new Philox(99, 0);
        int steps = 100_000;
        long accepted = 0;
        for (int step = 0; step < steps; step++) {
            int[] ranks = new int[HEADS];
            Before before = Before.FIRST;
            for (int head = 0; head < HEADS; head++) {
                double u = random.nextDouble();
                while (ranks[head] < RANKS && u >= calibration.rate(head, before, ranks[head])) {
                    u -= calibration.rate(head, before, ranks[head]++);
                }
                before = before.and(ranks[head]);
            }
            int deepest = 0;
            boolean[] on = new boolean[tree.size()];
            for (int i = 0; i < tree.size(); i++) {
                Node node = tree.nodes().get(i);
                on[i] = (node.parent() < 0 || on[node.parent()]) && ranks[node.depth() - 1] == node.rank();
                deepest = on[i] ? Math.max(deepest, node.depth()) : deepest;
            }
            accepted += deepest;
        }
        // At most 3 a step: the deviation of the mean is below 1.5 / √steps.
        assertThat((double) accepted / steps).isCloseTo(search.accepted(tree), offset(4 * 1.5 / Math.sqrt(steps)));
    }

    /** Each head alone is right at half of all places, but they are right at the same ones: deep trees pay, wide ones do not. */
    @Test
    void headsThatAreRightTogetherMakeDeepTrees() {
        long[][] places = {{1000, 0}, {500, 100}, {480, 10}};
        long[][][] hits = {{{500, 100, 50}, {0, 0, 0}}, {{480, 10, 5}, {20, 10, 5}}, {{470, 5, 2}, {4, 2, 1}}};
        TreeShape tree = new TreeSearch(new HeadCalibration(places, hits)).of(HEADS);
        assertThat(tree).isEqualTo(TreeShape.chain(HEADS));
    }

    @Test
    void theSizeFollowsWhatRowsCostOnTheMachine() {
        TreeSearch search = new TreeSearch(random(7));
        RowCosts free = new RowCosts(new int[] {1, 64}, new double[] {1000, 1010});
        RowCosts dear = new RowCosts(new int[] {1, 64}, new double[] {1000, 64_000});
        RowCosts between = new RowCosts(new int[] {1, 4, 64}, new double[] {1000, 1050, 20_000});
        assertThat(search.quickest(free, 1, 0, 16).size()).isGreaterThan(10);
        assertThat(search.quickest(dear, 1, 0, 16).size()).isZero();
        assertThat(search.quickest(between, 1, 0, 16).size()).isBetween(2, 5);
        // More texts at a time need the rows themselves.
        assertThat(search.quickest(between, 8, 0, 16).size()).isZero();
        assertThat(search.quickest(free, 1, 100_000, 16).size()).isZero();
    }

    @Test
    void countsAddUpAndComeBackFromText() throws IOException {
        HeadCalibration one = random(1);
        HeadCalibration two = random(2);
        HeadCalibration both = one.plus(two);
        assertThat(both).isEqualTo(two.plus(one)).isEqualTo(both.plus(HeadCalibration.none(HEADS, RANKS)));
        assertThat(both.places()[2]).containsExactly(2 * PLACES, 2 * PLACES);
        assertThat(both.hits()[1][1][2]).isEqualTo(one.hits()[1][1][2] + two.hits()[1][1][2]);
        ObjectMapper json = new ObjectMapper();
        assertThat(HeadCalibration.of(json.readTree(both.json().toString()))).isEqualTo(both);
        TreeShape tree = new TreeSearch(both).of(7);
        assertThat(TreeShape.of(json.readTree(tree.json().toString()))).isEqualTo(tree);
        assertThatThrownBy(() -> one.plus(HeadCalibration.none(2, RANKS))).hasMessageContaining("heads=2");
        assertThatThrownBy(() -> HeadCalibration.of(tree.json()))
                .hasMessageContaining("format=howdah.draft-tree version=1, expected format=howdah.head-calibration");
        assertThatThrownBy(() -> HeadCalibration.of(
                        json.readTree(both.json().put("version", 1).toString())))
                .hasMessageContaining("version=1");
        assertThatThrownBy(() -> new HeadCalibration(new long[][] {{1, 1}}, new long[][][] {{{1, 1}, {0, 1}}}))
                .hasMessageContaining("no more hits than places");
        assertThatThrownBy(() -> new HeadCalibration(new long[][] {{1}}, new long[][][] {{{1, 0}}}))
                .hasMessageContaining("2 rows for each head");
    }

    @Test
    void treesAreCheckedAndCutByDepth() {
        TreeShape tree = new TreeShape(List.of(new Node(-1, 1, 0), new Node(-1, 1, 2), new Node(1, 2, 0)));
        assertThat(tree.nodes(1)).isEqualTo(2);
        assertThat(tree.nodes(2)).isEqualTo(3);
        assertThat(tree.ranks(1)).isEqualTo(3);
        assertThat(tree.isChain()).isFalse();
        assertThat(TreeShape.chain(3).isChain()).isTrue();
        assertThatThrownBy(() -> new TreeShape(List.of(new Node(-1, 1, 0), new Node(-1, 1, 0))))
                .hasMessageContaining("a rank that no sibling has");
        assertThatThrownBy(() -> new TreeShape(List.of(new Node(0, 1, 0)))).hasMessageContaining("node=0");
    }
}
