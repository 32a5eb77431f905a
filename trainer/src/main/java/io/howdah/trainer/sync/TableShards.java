// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * The part of all sparse tables that one server keeps, next to its {@link ParameterShard}, which asks it along in every step.
 * Used by one thread.
 */
public final class TableShards {
    private final List<TableShard> shards;
    private final Placement placement;
    private final int server;
    private final WireFormat format = new WireFormat();

    /**
     * @param tables the agreed tables
     * @param placement which server keeps which rows
     * @param server index of this one
     */
    public TableShards(List<TableSpec> tables, SyncSettings settings, Placement placement, int server) {
        this(
                placement,
                server,
                format -> tables.stream()
                        .map(spec -> new TableShard(spec, settings, format))
                        .toList());
    }

    private TableShards(Placement placement, int server, Function<WireFormat, List<TableShard>> shards) {
        this.shards = shards.apply(format);
        this.placement = placement;
        this.server = server;
    }

    /** Of a model without tables. */
    static TableShards none() {
        return new TableShards(new Placement(1), 0, format -> List.of());
    }

    List<TableShard> all() {
        return shards;
    }

    /** Whether a row belongs to this server. */
    public boolean keeps(long id) {
        return placement.server(id) == server;
    }

    /** What this server holds of each table. */
    public List<TableSize> sizes() {
        return shards.stream().map(TableShard::size).toList();
    }

    private TableShard shard(String act, int table) {
        if (table < 0 || table >= shards.size()) {
            throw new IllegalArgumentException("Cannot " + act + ": table=" + table + ", expected one of the "
                    + shards.size() + " agreed tables; all processes must build one model");
        }
        return shards.get(table);
    }

    /** Refuses a piece that does not fit the table or what came of the same push. */
    void check(RowContribution rows, ByteBuffer body) {
        TableShard shard = shard("add rows", rows.push().table());
        WireFormat.check(rows.dtype());
        TableSpec spec = shard.spec();
        int most = RowContribution.rowsPerPiece(spec.width(), rows.dtype());
        if (rows.rows() < 0 || rows.rows() > most) {
            throw new IllegalArgumentException("Cannot add rows: table=" + spec.name() + " rows=" + rows.rows()
                    + ", expected at most " + most + " in a piece; cut larger pushes");
        }
        long bytes = (long) rows.rows() * RowContribution.rowBytes(spec.width(), rows.dtype());
        if (body.remaining() != bytes) {
            throw new IllegalArgumentException("Cannot add rows: table=" + spec.name() + " rows=" + rows.rows()
                    + " bytes=" + body.remaining() + ", expected " + bytes + " for rows of " + spec.width() + " in "
                    + rows.dtype() + "; push rows of the table's length");
        }
        if (rows.piece() < 0 || rows.piece() >= rows.pieces() || rows.pieces() > RowContribution.MOST_PIECES) {
            throw new IllegalArgumentException("Cannot add rows: table=" + spec.name() + " piece=" + rows.piece()
                    + " pieces=" + rows.pieces() + ", expected a piece of at most " + RowContribution.MOST_PIECES
                    + "; push fewer rows");
        }
        LongBuffer ids = body.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        for (int row = 0; row < rows.rows(); row++) {
            if (!keeps(ids.get(row))) {
                throw new IllegalArgumentException("Cannot add rows: table=" + spec.name() + " id=" + ids.get(row)
                        + " belongs to server " + placement.server(ids.get(row)) + ", expected ids of server " + server
                        + "; all processes must use one number of servers");
            }
        }
    }

    /** Refuses a piece of the open step that was cut otherwise than the others of its slice. */
    void checkCut(RowContribution rows) {
        TableShard shard = shards.get(rows.push().table());
        checkCut(rows, shard.sum().pieces(rows.push().logicalWorker()));
    }

    /** Refuses a piece of a slice if the others are cut into another number, {@code before}, or 0 if there are none. */
    void checkCut(RowContribution rows, int before) {
        TableShard shard = shards.get(rows.push().table());
        if (before != 0 && before != rows.pieces()) {
            throw new IllegalArgumentException("Cannot add rows: table="
                    + shard.spec().name() + " logicalWorker=" + rows.push().logicalWorker() + " pieces="
                    + rows.pieces() + ", expected " + before + "; all attempts of a slice must push the same rows");
        }
    }

    /** Empty sums of every table's rows, for one slice. */
    List<RowSum> sliceSums() {
        return shards.stream()
                .map(shard -> new RowSum(shard.spec().width(), 1, format))
                .toList();
    }

    boolean hasSeen(RowContribution rows) {
        return shards.get(rows.push().table()).sum().hasSeen(rows);
    }

    /** Takes a checked piece that was not seen; returns true if it was folded at once. */
    boolean add(RowContribution rows, Payload payload) {
        return shards.get(rows.push().table()).add(rows, payload);
    }

    /** Whether every logical worker's rows of every table are there. */
    boolean isComplete() {
        for (TableShard shard : shards) {
            if (!shard.sum().isComplete()) {
                return false;
            }
        }
        return true;
    }

    void addSquares(ExactSum squares) {
        shards.forEach(shard -> shard.addSquares(squares));
    }

    /** Whether the rows of every table were pushed for {@code samples} samples. */
    boolean isOf(long samples) {
        return shards.stream().allMatch(shard -> shard.sum().samples() == samples);
    }

    void apply(long appliedSteps, double learningRate, float clip) {
        shards.forEach(shard -> shard.apply(appliedSteps, learningRate, clip));
    }

    void clear() {
        shards.forEach(TableShard::clear);
    }

    /**
     * Refuses ids or a table that this server has not got.
     *
     * @param ids rows to be read
     */
    public void checkRead(int table, long[] ids) {
        TableSpec spec = shard("read rows", table).spec();
        for (long id : ids) {
            if (!keeps(id)) {
                throw new IllegalArgumentException("Cannot read rows: table=" + spec.name() + " id=" + id
                        + " belongs to server " + placement.server(id) + ", expected ids of server " + server
                        + "; all processes must use one number of servers");
            }
        }
    }

    /** D of a table. */
    public int width(int table) {
        return shard("read rows", table).spec().width();
    }

    /** Appends rows to {@code into}, rounded to {@code dtype}; those that do not exist read as their first values. */
    public void read(int table, long[] ids, DType dtype, ByteBuffer into) {
        WireFormat.check(dtype);
        TableRows rows = shard("read rows", table).rows();
        int width = rows.spec().width();
        int group = Math.max(1, WireFormat.BLOCK / width);
        float[] values = new float[group * width];
        for (int first = 0; first < ids.length; first += group) {
            int count = Math.min(group, ids.length - first);
            for (int i = 0; i < count; i++) {
                rows.read(ids[first + i], values, i * width);
            }
            for (int start = 0; start < count * width; start += WireFormat.BLOCK) {
                format.encode(dtype, values, start, Math.min(WireFormat.BLOCK, count * width - start), into);
            }
        }
    }
}
