// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.tensor.Philox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Drafts are as long as pays on a machine with given costs, and turn themselves off where nothing pays. */
class AdaptiveDraftLengthTest {
    /** Rows are nearly free up to eight, then each costs in full. */
    private static final RowCosts MEMORY_BOUND = new RowCosts(new int[] {1, 8, 64}, new double[] {1000, 1100, 8000});

    /** Every row costs in full. */
    private static final RowCosts COMPUTE_BOUND = new RowCosts(new int[] {1, 64}, new double[] {1000, 64000});

    /** Rows are free. */
    private static final RowCosts FLAT = new RowCosts(new int[] {1, 64}, new double[] {1000, 1000});

    /** What a run of many steps has written per microsecond, over what plain decoding would have. */
    private static double speed(AdaptiveDraftLength length, RowCosts costs, int live, double acceptance, double draft) {
        Philox random = new Philox(5, 0);
        double tokens = 0;
        double nanos = 0;
        for (int step = 0; step < 20_000; step++) {
            int depth = length.next(live);
            int kept = 0;
            for (int sequence = 0; sequence < live; sequence++) {
                int accepted = 0;
                while (accepted < depth && random.nextDouble() < acceptance) {
                    accepted++;
                }
                length.verified(depth, accepted);
                kept += accepted;
            }
            double drafting = depth * draft;
            double verifying = costs.nanos(live * (1 + depth));
            length.stepped(live, live * depth, kept, (long) drafting, (long) verifying);
            tokens += live + kept;
            nanos += drafting + verifying;
        }
        return tokens / nanos / (live / costs.nanos(live));
    }

    private static AdaptiveDraftLength adaptive(RowCosts costs) {
        return new AdaptiveDraftLength(7, depth -> depth, costs);
    }

    @Test
    void draftsDeepWhereRowsAreFreeAndGuessesGood() {
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        assertThat(speed(length, MEMORY_BOUND, 1, 0.9, 10)).isGreaterThan(4);
        assertThat(length.next(1)).isGreaterThan(5);
        assertThat(length.acceptance(1)).isCloseTo(0.9, offset(0.1));
    }

    @Test
    void draftsLessWhereGuessesAreWorse() {
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        assertThat(speed(length, MEMORY_BOUND, 1, 0.4, 150)).isGreaterThan(1.1);
        assertThat(length.next(1)).isBetween(1, 3);
    }

    @Test
    void isNeverMuchSlowerThanNoDrafts() {
        for (int live : new int[] {1, 4, 16}) {
            for (double acceptance : new double[] {0, 0.2, 0.5, 0.8}) {
                for (double draft : new double[] {0, 100, 2000}) {
                    for (RowCosts costs : new RowCosts[] {MEMORY_BOUND, COMPUTE_BOUND}) {
                        AdaptiveDraftLength length = adaptive(costs);
                        assertThat(speed(length, costs, live, acceptance, draft))
                                .as("live " + live + " acceptance " + acceptance + " draft " + draft)
                                .isGreaterThan(0.98);
                    }
                }
            }
        }
    }

    @Test
    void triesAgainNowAndThen() {
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        speed(length, MEMORY_BOUND, 1, 0, 10);
        assertThat(length.next(1)).isZero();
        assertThat(speed(length, MEMORY_BOUND, 1, 0.95, 10)).isGreaterThan(2.5);
        assertThat(length.next(1)).isGreaterThan(3);
    }

    @Test
    void aDrafterThatMostlyHasNoIdeaIsStillAsked() {
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        for (int step = 0; step < 500; step++) {
            assertThat(length.next(1)).as("step " + step).isPositive();
            boolean idea = step % 20 == 0;
            length.verified(idea ? 4 : 0, idea ? 4 : 0);
            length.stepped(1, idea ? 4 : 0, idea ? 4 : 0, 5, idea ? 1050 : 1000);
        }
        assertThat(length.acceptance(1)).isGreaterThan(0.8);
    }

    @Test
    void slowFirstDraftsAreNotHeldAgainstADrafter() {
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        for (int step = 0; step < 200; step++) {
            int depth = length.next(1);
            length.verified(depth, depth);
            length.stepped(1, depth, depth, step < 20 ? 1_000_000 : 50L * depth, 1000);
        }
        assertThat(length.next(1)).isGreaterThan(3);
    }

    @Test
    void whatForwardsTakeNowCountsMoreThanWhatTheyTookBefore() {
        // Measured beforehand, rows seem to be free; in truth each costs as much as the first.
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        int drafting = 0;
        for (int step = 0; step < 2000; step++) {
            int depth = length.next(1);
            drafting += depth > 0 ? 1 : 0;
            length.verified(depth, depth);
            length.stepped(1, depth, depth, 100L * depth, 400L * (1 + depth));
        }
        assertThat(drafting).isLessThan(200);
    }

    /** As heads with caches of their own, which read what was written without them before they draft again. */
    @Test
    void trialsThatTakeLongAreRare() {
        AdaptiveDraftLength length = adaptive(COMPUTE_BOUND);
        double drafting = 0;
        int unread = 0;
        int steps = 40_000;
        for (int step = 0; step < steps; step++) {
            int depth = length.next(1);
            unread++;
            double now = depth == 0 ? 0 : 50 * depth + 200.0 * unread;
            unread = depth == 0 ? Math.min(unread, 1000) : 0;
            drafting += now;
            length.verified(depth, 0);
            length.stepped(1, depth, 0, (long) now, (long) COMPUTE_BOUND.nanos(1 + depth));
        }
        assertThat(drafting).isLessThan(0.02 * steps * COMPUTE_BOUND.nanos(1));
    }

    /** As heads with caches of their own, which read the prompts of every batch, and then pay for themselves or not. */
    @ParameterizedTest
    @CsvSource({
        "1, 0.7, 550, 400, 0.97",
        "4, 0.7, 550, 400, 0.97",
        "16, 0.7, 550, 400, 0.97",
        "16, 0.5, 450, 100, 0.97",
        "1, 0.9, 500, 600, 0.97",
        "16, 0.9, 500, 750, 0.97",
        "16, 0.9, 700, 1200, 0.97",
        "16, 0.9, 550, 60, 1.1",
        "1, 0.95, 100, 500, 1.1",
        "16, 0.95, 100, 500, 1.1"
    })
    void promptsThatDraftersReadAreCounted(int live, double acceptance, int draft, int prompt, double least) {
        AdaptiveDraftLength length = new AdaptiveDraftLength(1, depth -> depth, FLAT);
        Philox random = new Philox(9, 0);
        double nanos = 0;
        double plain = 0;
        for (int batch = 0; batch < 40; batch++) {
            double unread = prompt;
            for (double written = 0; written < 600; ) {
                int depth = length.next(live);
                int kept = 0;
                for (int sequence = 0; sequence < live; sequence++) {
                    int accepted = depth > 0 && random.nextDouble() < acceptance ? 1 : 0;
                    length.verified(depth, accepted);
                    kept += accepted;
                }
                unread++;
                // What was written without drafts is read with the next ones.
                double drafting = depth == 0 ? 0 : draft + 300 * (unread - 1);
                unread = depth == 0 ? unread : 0;
                double verifying = FLAT.nanos(live * (1 + depth));
                length.stepped(live, live * depth, kept, (long) drafting, (long) verifying);
                nanos += drafting + verifying;
                plain += FLAT.nanos(live) * (1 + (double) kept / live);
                written += 1 + (double) kept / live;
            }
        }
        assertThat(plain / nanos).isGreaterThan(least);
    }

    @Test
    void aForwardThatWasHeldUpIsForgiven() {
        AdaptiveDraftLength length = new AdaptiveDraftLength(1, depth -> depth, MEMORY_BOUND);
        int drafting = 0;
        for (int step = 0; step < 1100; step++) {
            int depth = length.next(1);
            boolean heldUp = step == 1000;
            drafting += step > 1000 && depth > 0 ? 1 : 0;
            length.verified(depth, depth);
            length.stepped(1, depth, depth, 20L * depth, heldUp ? 50_000 : (long) MEMORY_BOUND.nanos(1 + depth));
        }
        assertThat(drafting).isGreaterThan(90);
    }

    /** As the last texts of a batch end one by one. */
    @Test
    void whatWasLearntOfABatchHoldsForSmallerOnes() {
        AdaptiveDraftLength length = adaptive(MEMORY_BOUND);
        int drafting = 0;
        for (int step = 0; step < 664; step++) {
            int live = step < 600 ? 16 : 16 - (step - 600) / 4;
            int depth = length.next(live);
            drafting += step >= 600 && depth > 0 ? 1 : 0;
            for (int sequence = 0; sequence < live; sequence++) {
                length.verified(depth, depth);
            }
            length.stepped(live, live * depth, live * depth, 9000L * live * depth, 200L * live * (5 + depth));
        }
        assertThat(drafting).isLessThan(4);
    }

    /** As batch after batch is written, of which the last texts end one by one. */
    @Test
    void eachBatchDoesNotTryAnew() {
        AdaptiveDraftLength length = adaptive(COMPUTE_BOUND);
        int drafted = 0;
        int steps = 0;
        for (int batch = 0; batch < 40; batch++) {
            for (int step = 0; step < 615; step++) {
                int live = Math.min(16, 615 - step);
                int depth = length.next(live);
                steps++;
                drafted += depth > 0 ? 1 : 0;
                for (int sequence = 0; sequence < live; sequence++) {
                    length.verified(depth, 0);
                }
                length.stepped(live, live * depth, 0, 200_000L * depth, (long) COMPUTE_BOUND.nanos(live * (1 + depth)));
            }
        }
        // A step with drafts takes more than ten without.
        assertThat(drafted).isLessThan(steps / 500);
    }

    @Test
    void costsAreInterpolatedAndContinued() {
        assertThat(MEMORY_BOUND.nanos(1)).isEqualTo(1000);
        assertThat(COMPUTE_BOUND.nanos(32)).isCloseTo(32000, offset(1e-6));
        assertThat(MEMORY_BOUND.ratio(8)).isCloseTo(1.1, offset(1e-9));
        assertThat(COMPUTE_BOUND.nanos(128)).isCloseTo(128000, offset(1e-6));
    }
}
