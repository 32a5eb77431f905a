// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitPlanTest {
    private static SplitPlan plan(long... weights) {
        SplitPlan plan = new SplitPlan();
        plan.source("file", "file");
        for (int i = 0; i < weights.length; i++) {
            plan.add(10L * i, weights[i]);
        }
        return plan;
    }

    @Test
    void sharesWorkNotLines() {
        List<SplitPlan.Piece> pieces = plan(100, 1, 1, 1, 1, 96).pieces(2);
        assertThat(pieces).extracting(SplitPlan.Piece::weight).containsExactly(100L, 100L);
        assertThat(pieces.get(1).ranges()).containsExactly(new PromptRange("file", "file", 10, 1, 5));
    }

    @Test
    void cutsInsideFilesAndJoinsSmallOnes() {
        SplitPlan plan = plan(1, 1, 1, 1, 1);
        plan.source("second", "second");
        plan.add(0, 1);
        assertThat(plan.pieces(2))
                .extracting(SplitPlan.Piece::ranges)
                .containsExactly(
                        List.of(new PromptRange("file", "file", 0, 0, 3)),
                        List.of(
                                new PromptRange("file", "file", 30, 3, 2),
                                new PromptRange("second", "second", 0, 0, 1)));
    }

    @Test
    void noPieceIsEmpty() {
        assertThat(plan(5, 5).pieces(8)).hasSize(2);
        assertThat(plan(1, 1000, 1).pieces(3))
                .allSatisfy(piece -> assertThat(piece.ranges()).isNotEmpty());
        assertThat(plan(0, 0).pieces(3)).hasSize(1);
        assertThat(plan().pieces(3)).isEmpty();
    }

    @Test
    void everyLineIsInOnePieceAndThePiecesAreEven() {
        long seed = 20_261_129;
        SplittableRandom random = new SplittableRandom(seed);
        long[] weights = random.longs(2000, 0, 300).toArray();
        List<SplitPlan.Piece> pieces = plan(weights).pieces(7);
        long next = 0;
        for (SplitPlan.Piece piece : pieces) {
            assertThat(piece.ranges()).as("seed %d", seed).hasSize(1);
            assertThat(piece.ranges().get(0).first()).isEqualTo(next);
            next += piece.ranges().get(0).count();
        }
        assertThat(next).isEqualTo(2000);
        long total = pieces.stream().mapToLong(SplitPlan.Piece::weight).sum();
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.weight()).isBetween(total / 7 - 300, total / 7 + 300));
    }
}
