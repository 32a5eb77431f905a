// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The open step's mean gradients of a shard, to be copied to a replica of the shard. The copies have the same bits, so that
 * both shards move their weights alike, whatever number of contributions the means were made of. Used by the shard's thread.
 */
public final class ShardSums {
    private final ParameterShard shard;

    public ShardSums(ParameterShard shard) {
        this.shard = shard;
    }

    /** Whether every logical worker's gradient of a chunk has been added. */
    public boolean isComplete(int chunk) {
        return shard.sum(chunk).isComplete();
    }

    /** Σ samples of a complete chunk. */
    public long samples(int chunk) {
        return shard.sum(chunk).samples();
    }

    /** Writes the mean gradient of a complete chunk, float32. */
    public void read(int chunk, ByteBuffer into) {
        into.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(shard.sum(chunk).gradient());
    }

    /**
     * Takes the mean gradient of a chunk, at most once; one of a step that is not open changes nothing.
     *
     * @param mean float32
     * @throws IllegalArgumentException if it is not as long as the chunk
     */
    public void put(long step, int chunk, long samples, ByteBuffer mean) {
        int bytes = chunk < 0 || chunk >= shard.range().chunks()
                ? -1
                : shard.range().chunkSize(chunk) * Float.BYTES;
        if (mean.remaining() != bytes) {
            throw new IllegalArgumentException("Cannot copy sum: chunk=" + chunk + " bytes=" + mean.remaining()
                    + ", expected " + bytes + "; all processes must use one parameter table");
        }
        if (step > shard.version()) {
            throw new IllegalArgumentException("Cannot copy sum: step=" + step + ", expected at most " + shard.version()
                    + "; decisions must come before the sums of later steps");
        }
        if (step == shard.version() && !shard.sum(chunk).isComplete()) {
            shard.sum(chunk).complete(mean, samples);
            shard.completed(shard.sum(chunk));
        }
    }

    /** Number of sparse tables. */
    public int tables() {
        return shard.tables().all().size();
    }

    /** Rows of table {@code table} that have a gradient in the complete step. */
    public int rows(int table) {
        return shard.tables().all().get(table).sum().rows();
    }

    /** Bytes of a row in {@link #readRows}. */
    public int rowBytes(int table) {
        return Long.BYTES
                + Integer.BYTES
                + shard.tables().all().get(table).spec().width() * Float.BYTES;
    }

    /** Σ samples of the complete step; 0 without any chunk or table. */
    public long samples() {
        if (shard.range().chunks() > 0) {
            return samples(0);
        }
        return tables() == 0 ? 0 : shard.tables().all().get(0).sum().samples();
    }

    /** Writes rows [{@code from}, {@code to}) of a complete table: id, number of contributions and D values each. */
    public void readRows(int table, int from, int to, ByteBuffer into) {
        RowSum sum = shard.tables().all().get(table).sum();
        float[] mean = new float[shard.tables().all().get(table).spec().width()];
        into.order(ByteOrder.LITTLE_ENDIAN);
        for (int row = from; row < to; row++) {
            into.putLong(sum.id(row));
            into.putInt(sum.contributions(row));
            sum.read(row, mean, 0);
            for (float value : mean) {
                into.putFloat(value);
            }
        }
    }

    /**
     * Takes rows as {@link #readRows} writes them; of a step that is not open, or already complete, they change nothing.
     * The same row may come again.
     */
    public void putRows(long step, int table, ByteBuffer body) {
        if (table < 0 || table >= tables() || body.remaining() % rowBytes(table) != 0) {
            throw new IllegalArgumentException("Cannot copy sums of rows: table=" + table + " bytes=" + body.remaining()
                    + ", expected whole rows of one of the " + tables() + " agreed tables; all processes must build one"
                    + " model");
        }
        RowSum sum = shard.tables().all().get(table).sum();
        if (step != shard.version() || sum.isComplete()) {
            return;
        }
        ByteBuffer rows = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (rows.hasRemaining()) {
            sum.put(rows.getLong(), rows.getInt(), rows);
        }
    }

    /** Forgets rows of tables that were not put in full: contributions come instead. */
    public void dropPartialRows() {
        shard.tables().all().stream()
                .filter(table -> !table.sum().isComplete())
                .forEach(table -> table.sum().clear());
    }

    /** All rows of all tables were put; {@code samples} is that of the step. */
    public void completeTables(long step, long samples) {
        if (step == shard.version()) {
            shard.tables().all().stream()
                    .filter(table -> !table.sum().isComplete())
                    .forEach(table -> table.complete(samples));
        }
    }

    /** The newest attempt seen, by logical worker. */
    public int[] attempts() {
        return shard.newestAttempts().clone();
    }

    /** Knows that there are processes of these attempts, and takes nothing of older ones. */
    public void knowAttempts(int[] attempts) {
        int[] known = shard.newestAttempts();
        for (int worker = 0; worker < Math.min(known.length, attempts.length); worker++) {
            known[worker] = Math.max(known[worker], attempts[worker]);
        }
    }
}
