// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.KvCache;
import io.howdah.trainer.decode.engine.NodeBatch;
import io.howdah.trainer.decode.engine.NodeBatch.Wanted;
import java.util.Arrays;

/**
 * What the forwards of this machine cost by their number of rows: the price of verifying drafts, which is never assumed.
 * Between measured numbers of rows the cost is interpolated, beyond the last one it goes on as before it.
 */
public final class RowCosts {
    private static final int[] MEASURED = {1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};
    private static final int PREFIX = 64;

    /** Time that brings nothing new before times are believed: the machine's code is made while it runs. */
    private static final long QUIET_NANOS = 700_000_000;

    private static final long MOST_NANOS = 4_000_000_000L;
    /** Forwards in a row, at least, and for how long: the first ones find the caches, and the clock, as many rows have left them. */
    private static final int REPETITIONS = 2;

    private static final long SPELL_NANOS = 5_000_000;
    /** What counts as new: a time below this share of the best one. */
    private static final double BETTER = 0.97;

    private final int[] rows;
    private final double[] nanos;

    /**
     * @param rows ascending, at least two
     * @param nanos time of a forward with so many rows
     */
    public RowCosts(int[] rows, double[] nanos) {
        if (rows.length < 2 || rows.length != nanos.length) {
            throw new IllegalArgumentException("Cannot tell costs: rows=" + Arrays.toString(rows) + " nanos="
                    + Arrays.toString(nanos) + ", expected two or more of both; measure more");
        }
        this.rows = rows.clone();
        this.nanos = nanos.clone();
    }

    /**
     * Measures forwards of up to {@code most} rows and a little more behind a short text: the best times, once they get no
     * better; that takes one to four seconds.
     */
    public static RowCosts measure(DecoderNetwork network, int most) {
        int count = 2;
        while (count < MEASURED.length && MEASURED[count - 1] < most) {
            count++;
        }
        int[] rows = Arrays.copyOf(MEASURED, count);
        int prefix = Math.min(PREFIX, network.context() - 1);
        int slots = prefix + rows[count - 1];
        KvCache cache = network.cache(network.cache(Long.MAX_VALUE).bytes(slots));
        double[] nanos = new double[count];
        Arrays.fill(nanos, Double.POSITIVE_INFINITY);
        try (CachedSequence sequence = cache.open(slots)) {
            chain(network, cache, sequence, prefix);
            long start = System.nanoTime();
            long news = start;
            for (long now = start; now - news < QUIET_NANOS && now - start < MOST_NANOS; now = System.nanoTime()) {
                for (int i = 0; i < count; i++) {
                    double taken = Double.POSITIVE_INFINITY;
                    long begun = System.nanoTime();
                    for (int repetition = 0;
                            repetition < REPETITIONS || System.nanoTime() - begun < SPELL_NANOS;
                            repetition++) {
                        taken = Math.min(taken, time(network, cache, sequence, rows[i]));
                    }
                    news = taken < BETTER * nanos[i] ? System.nanoTime() : news;
                    nanos[i] = Math.min(nanos[i], taken);
                }
            }
        }
        return new RowCosts(rows, nanos);
    }

    private static void chain(DecoderNetwork network, KvCache cache, CachedSequence sequence, int length) {
        NodeBatch batch = new NodeBatch();
        int parent = CachedSequence.COMMITTED;
        for (int i = 0; i < length; i++) {
            parent = batch.add(sequence, i % network.vocabulary(), parent, Wanted.NOTHING);
        }
        network.forward(cache, batch);
        sequence.acceptChain(length);
    }

    private static long time(DecoderNetwork network, KvCache cache, CachedSequence sequence, int count) {
        long start = System.nanoTime();
        NodeBatch batch = new NodeBatch();
        for (int i = 0; i < count; i++) {
            batch.add(sequence, i % network.vocabulary(), CachedSequence.COMMITTED, Wanted.LOGITS);
        }
        network.forward(cache, batch);
        sequence.acceptChain(0);
        return System.nanoTime() - start;
    }

    /** Time of a forward with so many rows. */
    public double nanos(int count) {
        int above = 1;
        while (above < rows.length - 1 && rows[above] < count) {
            above++;
        }
        double share = (double) (count - rows[above - 1]) / (rows[above] - rows[above - 1]);
        return Math.max(0, nanos[above - 1] + share * (nanos[above] - nanos[above - 1]));
    }

    /** r: how much longer than a forward of one row. */
    public double ratio(int count) {
        return nanos(count) / nanos(1);
    }

    @Override
    public String toString() {
        return "RowCosts(rows=" + Arrays.toString(rows) + ", nanos=" + Arrays.toString(nanos) + ")";
    }
}
