// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.sync.TableRows.RowState;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * What a snapshot says of sparse tables. Rows are written in groups of slots, k = 0, 1, …: {@code rows.<table>.ids.<k>}, then {@code
 * marks}, {@code weights} and the optimiser's states of the same rows; ids without rows as {@code candidates.<table>.ids.<k>},
 * {@code marks} and {@code totals}.
 */
final class TableSnapshot {
    static final String ROWS = "rows";
    static final String CANDIDATES = "candidates";
    static final String IDS = "ids";
    static final String MARKS = "marks";
    static final String TOTALS = "totals";
    static final String WEIGHTS = "weights";

    private static final int GROUP_SLOTS = 1 << 16;
    private static final int GROUP_FLOATS = 1 << 22;
    private static final int PIECE = 1 << 16;

    private TableSnapshot() {}

    /** Key of a table's metadata. */
    static String key(String table, String fact) {
        return "howdah.table." + table + "." + fact;
    }

    /** Adds the tables of a server to its snapshot. */
    static void describe(TableShards shards, Map<String, String> metadata, List<SafetensorsEntry> entries) {
        for (TableShard shard : shards.all()) {
            String table = shard.spec().name();
            metadata.put(key(table, "width"), Integer.toString(shard.spec().width()));
            metadata.put(key(table, ROWS), Integer.toString(shard.rows().index().size()));
            metadata.put(
                    key(table, CANDIDATES),
                    Integer.toString(shard.candidates().index().size()));
            addRows(shard.rows(), entries);
            addCandidates(table, shard.candidates(), entries);
        }
    }

    private static void addRows(TableRows rows, List<SafetensorsEntry> entries) {
        String prefix = ROWS + "." + rows.spec().name() + ".";
        int slots = Math.max(1, Math.min(GROUP_SLOTS, GROUP_FLOATS / rows.spec().width()));
        for (int from = 0; from < rows.index().end(); from += slots) {
            Group group = Group.of(rows.index(), from, slots);
            if (group.live > 0) {
                String suffix = "." + from / slots;
                entries.add(group.ids(prefix + IDS + suffix));
                entries.add(group.longs(prefix + MARKS + suffix, rows.marks()));
                entries.add(group.weights(prefix + WEIGHTS + suffix, rows));
                for (int i = 0; i < rows.states().size(); i++) {
                    RowState state = rows.states().get(i);
                    entries.add(group.floats(prefix + state.name() + suffix, rows.state(i)));
                }
            }
        }
    }

    private static void addCandidates(String table, Candidates candidates, List<SafetensorsEntry> entries) {
        String prefix = CANDIDATES + "." + table + ".";
        for (int from = 0; from < candidates.index().end(); from += GROUP_SLOTS) {
            Group group = Group.of(candidates.index(), from, GROUP_SLOTS);
            if (group.live > 0) {
                String suffix = "." + from / GROUP_SLOTS;
                entries.add(group.ids(prefix + IDS + suffix));
                entries.add(group.longs(prefix + MARKS + suffix, candidates.marks()));
                entries.add(group.longs(prefix + TOTALS + suffix, candidates.totals()));
            }
        }
    }

    /** The live slots of [{@code from}, {@code to}). */
    private record Group(RowIndex index, int from, int to, int live) {
        static Group of(RowIndex index, int from, int slots) {
            int to = (int) Math.min(index.end(), (long) from + slots);
            int live = 0;
            for (int slot = from; slot < to; slot++) {
                live += index.isLive(slot) ? 1 : 0;
            }
            return new Group(index, from, to, live);
        }

        /** What is written of a slot. */
        private interface Cell {
            void put(int slot, ByteBuffer into);
        }

        private void write(OutputStream out, int cellBytes, Cell cell) throws IOException {
            ByteBuffer piece = ByteBuffer.allocate(Math.max(PIECE, cellBytes)).order(ByteOrder.LITTLE_ENDIAN);
            for (int slot = from; slot < to; slot++) {
                if (index.isLive(slot)) {
                    if (piece.remaining() < cellBytes) {
                        out.write(piece.array(), 0, piece.position());
                        piece.clear();
                    }
                    cell.put(slot, piece);
                }
            }
            out.write(piece.array(), 0, piece.position());
        }

        SafetensorsEntry ids(String name) {
            return new SafetensorsEntry(
                    name,
                    DType.INT64,
                    Shape.of(live),
                    out -> write(out, Long.BYTES, (slot, into) -> into.putLong(index.id(slot))));
        }

        SafetensorsEntry longs(String name, LongSlabs column) {
            return new SafetensorsEntry(
                    name,
                    DType.INT64,
                    Shape.of(live),
                    out -> write(out, Long.BYTES, (slot, into) -> into.putLong(column.get(slot))));
        }

        SafetensorsEntry weights(String name, TableRows rows) {
            SafetensorsEntry plain = floats(name, rows.weights());
            return new SafetensorsEntry(plain.name(), plain.dtype(), plain.shape(), out -> {
                checkFinite(rows);
                plain.body().writeTo(out);
            });
        }

        private void checkFinite(TableRows rows) throws IOException {
            int width = rows.spec().width();
            for (int slot = from; slot < to; slot++) {
                float[] slab = rows.weights().slab(slot);
                int at = rows.weights().at(slot);
                for (int i = at; i < at + width && index.isLive(slot); i++) {
                    if (!Float.isFinite(slab[i])) {
                        throw new IOException("Cannot write snapshot: table="
                                + rows.spec().name() + " id="
                                + index.id(slot) + " holds an infinity or NaN, expected numbers; go on from an earlier"
                                + " checkpoint with a lower learning rate");
                    }
                }
            }
        }

        SafetensorsEntry floats(String name, FloatSlabs column) {
            int stride = column.stride();
            return new SafetensorsEntry(
                    name,
                    DType.FLOAT32,
                    Shape.of(live, stride),
                    out -> write(out, stride * Float.BYTES, (slot, into) -> {
                        into.asFloatBuffer().put(column.slab(slot), column.at(slot), stride);
                        into.position(into.position() + stride * Float.BYTES);
                    }));
        }
    }
}
