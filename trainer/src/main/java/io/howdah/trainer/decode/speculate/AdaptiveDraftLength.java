// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Drafts as many tokens as bring most per second: E[tokens](γ) / (t(rows) + drafting), from the measured acceptance at
 * every depth, and the measured times of rows and of the drafter. Where nothing pays it drafts nothing, and tries again now
 * and then, each time after a longer pause, the longer the more a trial has taken: a drafter may have to read first what was
 * written without it. It stops, too, where drafts have cost more than they brought, whatever a usual step says ({@link
 * DraftAccount}). Where drafts pay it goes without one now and then, and then with one a little longer or shorter, to know what
 * these take.
 */
public final class AdaptiveDraftLength implements DraftLength {
    private static final double FIRST_GUESS = 0.5;
    private static final double GUESS_WEIGHT = 4;
    private static final double MEMORY = 0.99;
    private static final double WORTH = 1.06;
    private static final double NEWEST = 0.25;
    /** What a time counts for at most, in multiples of the one known: a single one may have been held up. */
    private static final double MOST_NEWS = 2;
    /** Drafts that tell nothing of the drafter's speed: the machine's code for them is still being made. */
    private static final int COLD = 24;

    /** Steps with drafts in a row before one without. */
    private static final int MOST_IN_A_ROW = 64;

    private final int deepest;
    private final IntUnaryOperator nodes;
    private final RowCosts costs;
    private final double[] tries;
    private final double[] hits;
    /** By live sequences: time of the drafter per depth. */
    private final NavigableMap<Integer, Seen> drafting = new TreeMap<>();
    /** By rows: time of forwards as they were seen while texts were written, which counts more than {@link #costs}. */
    private final NavigableMap<Integer, Seen> forwards = new TreeMap<>();

    /** A time that was seen, and when. */
    private record Seen(double nanos, long step) {}

    private long steps;

    private int drafts;
    private int inARow;
    /** Whether the step before went without drafts to know what that takes. */
    private boolean rested;

    private int lastDepth;
    /** Whether the drafts of this step are a trial. */
    private boolean trying;

    /** By the number of binary digits of live sequences: what did not pay for many may pay for few. */
    private final Map<Integer, Trials> trials = new HashMap<>();

    private final Map<Integer, DraftAccount> accounts = new HashMap<>();

    /**
     * @param deepest most tokens one behind the other
     * @param nodes tokens that the drafter drafts in all for a depth
     */
    public AdaptiveDraftLength(int deepest, IntUnaryOperator nodes, RowCosts costs) {
        this.deepest = deepest;
        this.nodes = nodes;
        this.costs = costs;
        this.tries = new double[deepest];
        this.hits = new double[deepest];
    }

    /** For a drafter on this machine. */
    public static AdaptiveDraftLength of(Drafter drafter, RowCosts costs) {
        return new AdaptiveDraftLength(drafter.deepest(), drafter::nodes, costs);
    }

    @Override
    public int next(int live) {
        lastDepth = deepest == 0 ? 0 : depth(live);
        return lastDepth;
    }

    private int depth(int live) {
        int best = 1;
        for (int depth = 2; depth <= deepest; depth++) {
            best = gain(depth, live) > gain(best, live) ? depth : best;
        }
        boolean pays = gain(best, live) >= WORTH;
        boolean rests = inARow >= MOST_IN_A_ROW;
        boolean looks = rested;
        rested = rests;
        boolean overdrawn = account(live).isOverdrawn(forward(live));
        trying = !rests && !pays && !overdrawn && trials(live).isDue();
        if (rests || overdrawn || !pays && !trying) {
            inARow = 0;
            return 0;
        }
        inARow++;
        if (drafts < COLD) {
            return 1;
        }
        return looks ? neighbour(best, live) : best;
    }

    /** One more or one less, whichever was not seen for longer: what once seemed slow is looked at again. */
    private int neighbour(int depth, int live) {
        int less = Math.max(1, depth - 1);
        int more = Math.min(deepest, depth + 1);
        return seenAt(less, live) <= seenAt(more, live) ? less : more;
    }

    private long seenAt(int depth, int live) {
        Seen seen = forwards.get(live * (1 + nodes.applyAsInt(depth)));
        return seen == null ? -1 : seen.step();
    }

    private Trials trials(int live) {
        return trials.computeIfAbsent(digits(live), digits -> new Trials());
    }

    private DraftAccount account(int live) {
        return accounts.computeIfAbsent(digits(live), digits -> new DraftAccount());
    }

    private static int digits(int live) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(live);
    }

    /** Tokens per second with drafts of a depth, over those without. */
    double gain(int depth, int live) {
        double tokens = 1;
        double reached = 1;
        for (int d = 1; d <= depth; d++) {
            reached *= acceptance(d);
            tokens += reached;
        }
        double drafted = forward(live * (1 + nodes.applyAsInt(depth))) + depth * drafting(live);
        return tokens * forward(live) / drafted;
    }

    /** Time of the drafter per depth, for as many texts as were seen that are nearest. */
    private double drafting(int live) {
        Map.Entry<Integer, Seen> seen = nearest(drafting, live);
        return seen == null ? 0 : seen.getValue().nanos();
    }

    /** Time of a forward of so many rows: as measured before, corrected by what the nearest number took that was seen. */
    private double forward(int rows) {
        Map.Entry<Integer, Seen> seen = nearest(forwards, rows);
        return seen == null
                ? costs.nanos(rows)
                : costs.nanos(rows) * seen.getValue().nanos() / costs.nanos(seen.getKey());
    }

    private static Map.@Nullable Entry<Integer, Seen> nearest(NavigableMap<Integer, Seen> times, int key) {
        Map.Entry<Integer, Seen> below = times.floorEntry(key);
        Map.Entry<Integer, Seen> above = times.ceilingEntry(key);
        if (below == null || above == null) {
            return below == null ? above : below;
        }
        return key - below.getKey() <= above.getKey() - key ? below : above;
    }

    /** Probability that a token at a depth is accepted if the one before it is; unseen depths are as the one before. */
    double acceptance(int depth) {
        double guess = depth == 1 ? FIRST_GUESS : acceptance(depth - 1);
        return (hits[depth - 1] + GUESS_WEIGHT * guess) / (tries[depth - 1] + GUESS_WEIGHT);
    }

    @Override
    public void verified(int depth, int accepted) {
        // A drafter without an idea costs no rows, so that it says nothing about its ideas.
        for (int d = 1; d <= Math.min(Math.min(depth, deepest), accepted + 1); d++) {
            tries[d - 1] = MEMORY * tries[d - 1] + 1;
            hits[d - 1] = MEMORY * hits[d - 1] + (d <= accepted ? 1 : 0);
        }
    }

    @Override
    public void stepped(int live, int drafted, int accepted, long draftNanos, long verifyNanos) {
        steps++;
        drafts += lastDepth > 0 ? 1 : 0;
        inARow = drafted == 0 ? 0 : inARow;
        if (drafts > COLD && lastDepth > 0) {
            learn(drafting, live, (double) draftNanos / lastDepth);
        }
        learn(forwards, live + drafted, verifyNanos);
        account(live, accepted, draftNanos + verifyNanos);
        if (trying) {
            trials(live).took(draftNanos + verifyNanos, forward(live));
        }
    }

    private void account(int live, int accepted, long nanos) {
        DraftAccount account = account(live);
        account.passed(nanos);
        if (drafts > COLD && lastDepth > 0) {
            double plain = forward(live);
            account.drafted(nanos - (1 + (double) accepted / live) * plain, plain);
        }
    }

    private void learn(Map<Integer, Seen> times, int key, double now) {
        Seen old = times.get(key);
        double nanos = now;
        if (old != null) {
            nanos = old.nanos() + NEWEST * (Math.min(now, MOST_NEWS * old.nanos()) - old.nanos());
        }
        times.put(key, new Seen(nanos, steps));
    }
}
