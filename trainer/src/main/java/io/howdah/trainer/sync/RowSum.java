// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The running sums of a table's rows in one step: as {@link ChunkSum}, logical worker after logical worker, whatever order
 * they come in. Ids of a push are distinct, so that the order of its pieces makes no difference.
 */
final class RowSum {
    private final int width;
    private final WireFormat format;
    private final RowIndex index = new RowIndex();
    private final FloatSlabs sums;
    /** By slot: the last logical worker that contributed, plus 1, above how many did. */
    private final LongSlabs contributors = new LongSlabs();

    private final @Nullable BitSet[] seen;
    private final int[] pieces;
    private final List<List<Waiting>> waiting = new ArrayList<>();
    private float[] values = new float[0];
    private int next;
    private long samples;

    private record Waiting(RowContribution rows, Payload payload) {}

    /** {@code format} may be shared by all tables of a thread. */
    RowSum(int width, int logicalWorkers, WireFormat format) {
        this.width = width;
        this.format = format;
        this.sums = new FloatSlabs(width);
        this.seen = new BitSet[logicalWorkers];
        this.pieces = new int[logicalWorkers];
        for (int worker = 0; worker < logicalWorkers; worker++) {
            waiting.add(new ArrayList<>());
        }
    }

    boolean hasSeen(RowContribution rows) {
        BitSet came = seen[rows.push().logicalWorker()];
        return isComplete() || came != null && came.get(rows.piece());
    }

    /** Pieces that the other pieces of this push told of; 0 before the first. */
    int pieces(int logicalWorker) {
        return pieces[logicalWorker];
    }

    /** The logical worker whose rows would be folded at once. */
    int next() {
        return next;
    }

    boolean isComplete() {
        return next == pieces.length;
    }

    /** Takes a piece that was not seen; returns true if it was folded at once. */
    boolean add(RowContribution rows, Payload payload) {
        int worker = rows.push().logicalWorker();
        BitSet came = seen[worker];
        if (came == null) {
            came = new BitSet();
            seen[worker] = came;
        }
        came.set(rows.piece());
        pieces[worker] = rows.pieces();
        if (worker != next) {
            waiting.get(worker).add(new Waiting(rows, payload));
            return false;
        }
        fold(rows, payload);
        while (next < pieces.length && isFolded(next)) {
            next++;
            if (next < pieces.length) {
                waiting.get(next).forEach(early -> fold(early.rows, early.payload));
                waiting.get(next).clear();
            }
        }
        return true;
    }

    /** Of the logical worker whose turn it is, everything that came is folded. */
    private boolean isFolded(int worker) {
        BitSet came = seen[worker];
        return came != null && came.cardinality() == pieces[worker];
    }

    private void fold(RowContribution rows, Payload payload) {
        ByteBuffer body = payload.bytes().order(ByteOrder.LITTLE_ENDIAN);
        LongBuffer ids = body.asLongBuffer();
        decode(rows, body);
        float factor = rows.slice().factor();
        int worker = rows.push().logicalWorker();
        for (int row = 0; row < rows.rows(); row++) {
            int before = index.size();
            int slot = index.add(ids.get(row));
            boolean first = index.size() > before;
            sums.ensure(slot);
            contributors.ensure(slot);
            long mark = first ? 0 : contributors.get(slot);
            if ((int) (mark >>> Integer.SIZE) == worker + 1) {
                payload.release();
                throw new IllegalArgumentException("Cannot add rows: logicalWorker=" + worker + " pushed id="
                        + ids.get(row) + " twice in a step, expected distinct ids; sum the gradients of an id first");
            }
            add(slot, row * width, factor, first);
            contributors.set(slot, (long) (worker + 1) << Integer.SIZE | (int) mark + 1);
        }
        if (rows.piece() == 0) {
            samples += rows.push().samples();
        }
        payload.release();
    }

    private void decode(RowContribution rows, ByteBuffer body) {
        int count = rows.rows() * width;
        if (values.length < count) {
            values = new float[count];
        }
        ByteBuffer encoded = body.slice(rows.rows() * Long.BYTES, body.limit() - rows.rows() * Long.BYTES);
        for (int start = 0; start < count; start += WireFormat.BLOCK) {
            format.decode(rows.dtype(), encoded, start, values, start, Math.min(WireFormat.BLOCK, count - start));
        }
    }

    private void add(int slot, int from, float factor, boolean first) {
        float[] slab = sums.slab(slot);
        int at = sums.at(slot);
        for (int i = 0; i < width; i++) {
            float scaled = factor * values[from + i];
            slab[at + i] = first ? scaled : slab[at + i] + scaled;
        }
    }

    /** Σ samples of what was folded. */
    long samples() {
        return samples;
    }

    /** Turns the complete sums into mean gradients. */
    void average() {
        float total = samples;
        for (int slot = 0; slot < index.size(); slot++) {
            float[] slab = sums.slab(slot);
            int at = sums.at(slot);
            for (int i = at; i < at + width; i++) {
                slab[i] /= total;
            }
        }
    }

    /** How many rows have a gradient; they are numbered from 0. */
    int rows() {
        return index.size();
    }

    long id(int row) {
        return index.id(row);
    }

    /** How many logical workers contributed to a row. */
    int contributions(int row) {
        return (int) contributors.get(row);
    }

    /** Copies the mean gradient of a row. */
    void read(int row, float[] into, int at) {
        sums.read(row, into, at);
    }

    /** Σ of the squares of a row, in blocks of {@link ParameterTable#BLOCK_ELEMENTS} from its beginning. */
    void addSquares(int row, ExactSum squares) {
        float[] slab = sums.slab(row);
        int end = sums.at(row) + width;
        for (int start = sums.at(row); start < end; start += ParameterTable.BLOCK_ELEMENTS) {
            squares.add(ChunkSum.squaresOf(slab, start, Math.min(end, start + ParameterTable.BLOCK_ELEMENTS)));
        }
    }

    /** Σ of the squares of all rows. */
    void addSquares(ExactSum squares) {
        for (int row = 0; row < rows(); row++) {
            addSquares(row, squares);
        }
    }

    /** Takes the mean gradient of a row that another process has summed, D values in float32. */
    void put(long id, int contributions, ByteBuffer mean) {
        int slot = index.add(id);
        sums.ensure(slot);
        contributors.ensure(slot);
        contributors.set(slot, (long) pieces.length << Integer.SIZE | contributions);
        float[] slab = sums.slab(slot);
        int at = sums.at(slot);
        for (int i = 0; i < width; i++) {
            slab[at + i] = mean.getFloat();
        }
    }

    /** All rows were {@link #put}, in place of all contributions. */
    void complete(long allSamples) {
        next = pieces.length;
        samples = allSamples;
    }

    /** Forgets everything and releases what waits. */
    void clear() {
        waiting.forEach(early -> {
            early.forEach(piece -> piece.payload.release());
            early.clear();
        });
        Arrays.fill(seen, null);
        Arrays.fill(pieces, 0);
        index.clear();
        next = 0;
        samples = 0;
    }

    /** Memory taken between steps. */
    long bytes() {
        return index.bytes() + sums.bytes() + contributors.bytes() + (long) values.length * Float.BYTES;
    }
}
