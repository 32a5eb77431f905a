// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Deals the gradients of rows out to the servers that keep the rows, in pieces that fit a frame. The cut is a function of the ids
 * alone, so that every attempt of a slice cuts alike. Used by one thread.
 */
public final class RowCutter {
    /** Most rows of one push. */
    public static final int MOST_ROWS = 1 << 26;

    private final List<TableSpec> tables;
    private final Placement placement;
    private final Receiver receiver;
    private final Map<Integer, Slice> slices = new HashMap<>();
    private final RowIndex distinct = new RowIndex();

    /** Takes a piece. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Sends or adds a piece during the call.
         *
         * @param bytes length of the body
         * @param fill writes the body from position 0 to the limit
         */
        void accept(int server, RowContribution rows, int bytes, Consumer<ByteBuffer> fill);
    }

    private record Slice(long step, int attempt, BitSet pushed) {}

    public RowCutter(List<TableSpec> tables, Placement placement, Receiver receiver) {
        this.tables = tables;
        this.placement = placement;
        this.receiver = receiver;
    }

    /**
     * Cuts one logical worker's gradients of one table; every server gets at least one piece.
     *
     * @param ids n distinct ids
     * @param values [n, D] in {@code dtype}
     */
    public void push(RowPush push, long[] ids, DType dtype, ByteBuffer values) {
        int width = check(push, ids, dtype, values);
        int[] ends = new int[placement.servers()];
        int[] order = order(ids, ends);
        int most = RowContribution.rowsPerPiece(width, dtype);
        for (int server = 0; server < ends.length; server++) {
            int start = server == 0 ? 0 : ends[server - 1];
            int pieces = Math.max(1, (ends[server] - start + most - 1) / most);
            for (int piece = 0; piece < pieces; piece++) {
                int from = start + piece * most;
                int to = Math.min(ends[server], from + most);
                RowContribution rows = new RowContribution(push, dtype, piece, pieces, to - from);
                receiver.accept(
                        server,
                        rows,
                        (to - from) * RowContribution.rowBytes(width, dtype),
                        into -> fill(into, ids, values, order, from, to));
            }
        }
        slice(push.step(), push.logicalWorker(), push.attempt()).pushed.set(push.table());
    }

    private int check(RowPush push, long[] ids, DType dtype, ByteBuffer values) {
        WireFormat.check(dtype);
        if (push.table() < 0 || push.table() >= tables.size()) {
            throw new IllegalArgumentException("Cannot push rows: table=" + push.table() + ", expected one of the "
                    + tables.size() + " agreed tables; use indices of the agreed tables");
        }
        TableSpec spec = tables.get(push.table());
        if (ids.length > MOST_ROWS) {
            throw new IllegalArgumentException("Cannot push rows: table=" + spec.name() + " rows=" + ids.length
                    + ", expected at most " + MOST_ROWS + "; take smaller batches");
        }
        if (values.remaining() != (long) ids.length * spec.width() * dtype.bytes()) {
            throw new IllegalArgumentException("Cannot push rows: table=" + spec.name() + " rows=" + ids.length
                    + " bytes=" + values.remaining() + ", expected [" + ids.length + ", " + spec.width() + "] in "
                    + dtype + "; push rows of the table's length");
        }
        distinct.clear();
        for (int i = 0; i < ids.length; i++) {
            distinct.add(ids[i]);
            if (distinct.size() == i) {
                throw new IllegalArgumentException("Cannot push rows: table=" + spec.name() + " id=" + ids[i]
                        + " appears twice, expected distinct ids; sum the gradients of an id first");
            }
        }
        return spec.width();
    }

    /** Refuses a pull that does not fit the tables; returns D. */
    public static int checkPull(List<TableSpec> tables, int table, long[] ids, Tensor into) {
        WireFormat.check(into.dtype());
        if (table < 0 || table >= tables.size()) {
            throw new IllegalArgumentException("Cannot pull rows: table=" + table + ", expected one of the "
                    + tables.size() + " agreed tables; use indices of the agreed tables");
        }
        TableSpec spec = tables.get(table);
        if (into.elements() != (long) ids.length * spec.width()) {
            throw new IllegalArgumentException("Cannot pull rows: table=" + spec.name() + " shape=" + into.shape()
                    + ", expected [" + ids.length + ", " + spec.width() + "]; pull rows of the table's length");
        }
        return spec.width();
    }

    /** The places of all ids by server, otherwise in order; fills {@code ends} with where each server's end. */
    private int[] order(long[] ids, int[] ends) {
        int[] starts = new int[ends.length + 1];
        for (long id : ids) {
            starts[placement.server(id) + 1]++;
        }
        for (int server = 0; server < ends.length; server++) {
            starts[server + 1] += starts[server];
            ends[server] = starts[server + 1];
        }
        int[] order = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            order[starts[placement.server(ids[i])]++] = i;
        }
        return order;
    }

    private static void fill(ByteBuffer into, long[] ids, ByteBuffer values, int[] order, int from, int to) {
        ByteBuffer little = into.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = from; i < to; i++) {
            little.putLong(ids[order[i]]);
        }
        int rowBytes = ids.length == 0 ? 0 : values.remaining() / ids.length;
        for (int i = from; i < to; i++) {
            little.put(little.position(), values, values.position() + order[i] * rowBytes, rowBytes);
            little.position(little.position() + rowBytes);
        }
    }

    private Slice slice(long step, int logicalWorker, int attempt) {
        Slice slice = slices.get(logicalWorker);
        if (slice == null || slice.step < step || slice.step == step && slice.attempt < attempt) {
            slice = new Slice(step, attempt, new BitSet());
            slices.put(logicalWorker, slice);
        }
        return slice;
    }

    /**
     * Ends a slice.
     *
     * @throws IllegalStateException if the report says all is finite but the rows of a table were not pushed
     */
    public void finish(StepReport report) {
        Slice slice = slice(report.step(), report.logicalWorker(), report.attempt());
        boolean current = slice.step == report.step() && slice.attempt == report.attempt();
        int missing = slice.pushed.nextClearBit(0);
        if (current && report.finite() && missing < tables.size()) {
            throw new IllegalStateException("Cannot finish step: step=" + report.step() + " logicalWorker="
                    + report.logicalWorker() + " without rows of table "
                    + tables.get(missing).name()
                    + ", expected a push for every table; push no rows where none has a gradient");
        }
    }
}
