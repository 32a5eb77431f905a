// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The running sum of one chunk in one step: the prefix of logical workers 0, 1, … is folded in that order, whatever
 * comes early waits. So the sum has the same bits for every order of arrival. Tests extend it to do without one of its rules.
 */
class ChunkSum {
    /** Makes the sum of one chunk. */
    interface Maker {
        ChunkSum make(int elements, int logicalWorkers, WireFormat format, float[] scratch);
    }

    private final float[] sum;
    private final BitSet seen = new BitSet();
    private final @Nullable Waiting[] waiting;
    private final WireFormat format;
    private final float[] scratch;
    private int next;
    private long samples;

    /** {@code scratch} and {@code format} may be shared by all chunks of a thread. */
    ChunkSum(int elements, int logicalWorkers, WireFormat format, float[] scratch) {
        this.sum = new float[elements];
        this.waiting = new Waiting[logicalWorkers];
        this.format = format;
        this.scratch = scratch;
    }

    boolean hasSeen(int logicalWorker) {
        return seen.get(logicalWorker);
    }

    /** The logical worker that would be folded at once. */
    int next() {
        return next;
    }

    /** Whether it is the turn of {@code logicalWorker}. */
    boolean isNext(int logicalWorker) {
        return logicalWorker == next;
    }

    boolean isComplete() {
        return next == waiting.length;
    }

    /** Takes a contribution that was not seen; returns true if it was folded at once. */
    boolean add(Contribution contribution, Payload payload) {
        int worker = contribution.logicalWorker();
        seen.set(worker);
        if (!isNext(worker)) {
            waiting[worker] = new Waiting(contribution, payload);
            return false;
        }
        fold(contribution, payload);
        while (next < waiting.length) {
            Waiting early = waiting[next];
            if (early == null) {
                break;
            }
            waiting[next] = null;
            fold(early.contribution, early.payload);
        }
        return true;
    }

    private void fold(Contribution contribution, Payload payload) {
        sumUp(contribution, payload);
        samples += contribution.samples();
        next++;
    }

    /** Adds a contribution and releases it. */
    void sumUp(Contribution contribution, Payload payload) {
        float factor = contribution.factor();
        boolean first = next == 0;
        for (int start = 0; start < sum.length; start += WireFormat.BLOCK) {
            int count = Math.min(WireFormat.BLOCK, sum.length - start);
            format.decode(contribution.dtype(), payload.bytes(), start, scratch, count);
            if (first) {
                store(start, count, factor);
            } else {
                accumulate(start, count, factor);
            }
        }
        payload.release();
    }

    private void store(int start, int count, float factor) {
        for (int i = 0; i < count; i++) {
            sum[start + i] = factor * scratch[i];
        }
    }

    private void accumulate(int start, int count, float factor) {
        for (int i = 0; i < count; i++) {
            sum[start + i] += factor * scratch[i];
        }
    }

    /** Σ samples of what was folded. */
    long samples() {
        return samples;
    }

    /** Turns the complete sum into the mean gradient. */
    void average() {
        float total = samples;
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= total;
        }
    }

    /** Adds the squares of the mean gradient, block by block. */
    void addSquares(ExactSum squares) {
        for (int start = 0; start < sum.length; start += ParameterTable.BLOCK_ELEMENTS) {
            int end = Math.min(sum.length, start + ParameterTable.BLOCK_ELEMENTS);
            squares.add(squaresOf(sum, start, end));
        }
    }

    /** Σ of the squares of a block. Four lanes, because one chain of dependent additions would take four times as long. */
    static double squaresOf(float[] values, int start, int end) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = start;
        for (; i + 3 < end; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < end; i++) {
            a += (double) values[i] * values[i];
        }
        return (a + b) + (c + d);
    }

    /** The mean gradient after {@link #average}; the optimiser may scale it in place. */
    float[] gradient() {
        return sum;
    }

    /** Forgets everything and releases what waits. */
    void clear() {
        for (Waiting early : waiting) {
            if (early != null) {
                early.payload.release();
            }
        }
        Arrays.fill(waiting, null);
        seen.clear();
        next = 0;
        samples = 0;
    }

    private record Waiting(Contribution contribution, Payload payload) {}
}
