// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

/**
 * What drafts have taken more than writing the same tokens without them would have. What comes rarely but takes long, as reading a
 * prompt for a drafter with a cache of its own does, hardly shows in the time of a usual step, and is seen here.
 */
final class DraftAccount {
    /** Steps without drafts that drafts may cost, at any time. */
    private static final double FREE_STEPS = 16;
    /** Of all time, what they may cost besides. */
    private static final double SHARE = 0.005;
    /** Steps without drafts that they may have saved and cost again later: what paid long ago need not pay now. */
    private static final double MOST_SAVED_STEPS = 64;

    private double lost;
    private double worst;
    private double total;

    /** A step is over that took so long. */
    void passed(double nanos) {
        total += nanos;
    }

    /**
     * The step had drafts.
     *
     * @param cost what it took more than its tokens would have without drafts; negative if they have paid
     * @param plainNanos what a step without drafts takes
     */
    void drafted(double cost, double plainNanos) {
        lost = Math.max(lost + cost, -MOST_SAVED_STEPS * plainNanos);
        worst = Math.max(worst, cost);
    }

    /**
     * Whether drafts have cost too much to go on with them. One step is free, the worst: whether it pays is seen only after it.
     *
     * @param plainNanos what a step without drafts takes
     */
    boolean isOverdrawn(double plainNanos) {
        return lost > Math.max(worst, FREE_STEPS * plainNanos) + SHARE * total;
    }
}
