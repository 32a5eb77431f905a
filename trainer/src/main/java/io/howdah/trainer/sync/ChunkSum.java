// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The running sum of one chunk in one step: the prefix of logical workers 0, 1, … is folded in that order, whatever
 * comes early waits. So the sum has the same bits for every order of arrival. Tests extend it to do without one of its rules.
 */
class ChunkSum {
    /** Makes the sum of one chunk. */
    interface Maker {
        ChunkSum make(int elements, int logicalWorkers, WireKernel kernel);
    }

    private final float[] sum;
    private final BitSet seen = new BitSet();
    private final @Nullable Waiting[] waiting;
    private final WireKernel kernel;
    private int next;
    private long samples;

    /** @param kernel may be shared by all chunks of a thread */
    ChunkSum(int elements, int logicalWorkers, WireKernel kernel) {
        this.sum = new float[elements];
        this.waiting = new Waiting[logicalWorkers];
        this.kernel = kernel;
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
        List<Waiting> due = new ArrayList<>();
        due.add(new Waiting(contribution, payload));
        for (int early = next + 1; early < waiting.length && waiting[early] != null; early++) {
            due.add(waiting[early]);
            waiting[early] = null;
        }
        for (int from = 0; from < due.size(); from += WireKernel.SOURCES) {
            List<Waiting> part = due.subList(from, Math.min(due.size(), from + WireKernel.SOURCES));
            sumUp(part);
            part.forEach(folded -> samples += folded.contribution().samples());
            next += part.size();
        }
        return true;
    }

    /** Adds contributions, in order, and releases them. */
    void sumUp(List<Waiting> due) {
        List<WireKernel.Source> sources = due.stream().map(Waiting::source).toList();
        kernel.add(sources, next == 0 ? WireKernel.Start.FRESH : WireKernel.Start.EXISTING, sum);
        due.forEach(folded -> folded.payload().release());
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

    /** Takes the mean gradient that another process has summed, in place of all contributions. */
    void complete(ByteBuffer mean, long allSamples) {
        mean.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(sum);
        seen.set(0, waiting.length);
        next = waiting.length;
        samples = allSamples;
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
                early.payload().release();
            }
        }
        Arrays.fill(waiting, null);
        seen.clear();
        next = 0;
        samples = 0;
    }

    /** A contribution and its bytes. */
    record Waiting(Contribution contribution, Payload payload) {
        WireKernel.Source source() {
            return new WireKernel.Source(contribution.dtype(), payload.bytes(), contribution.factor());
        }
    }
}
