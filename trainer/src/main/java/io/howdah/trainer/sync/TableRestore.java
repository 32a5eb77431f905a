// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.checkpoint.SafetensorsTensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Reads what {@link TableSnapshot} wrote, of any number of servers; keeps the rows that it is asked to. */
final class TableRestore {
    private final Map<String, TableRows> rows = new HashMap<>();
    private final Map<String, Candidates> candidates = new HashMap<>();
    private final LongPredicate keeps;
    private final Map<String, Long> found = new HashMap<>();
    private @Nullable Group group;

    /** The tensors of one group of rows: slots of the kept ones, ABSENT for the others, and what is still to come. */
    private record Group(String kind, String table, String number, int[] slots, long[] ids, Set<String> missing) {}

    /** Restores the rows that {@code shards} keep, with their state. */
    static TableRestore of(TableShards shards) {
        TableRestore restore = new TableRestore(shards::keeps);
        shards.all().forEach(shard -> {
            restore.rows.put(shard.spec().name(), shard.rows());
            restore.candidates.put(shard.spec().name(), shard.candidates());
        });
        return restore;
    }

    /** Restores weights alone, of the rows that {@code keeps} wants. */
    static TableRestore ofWeights(List<TableRows> tables, LongPredicate keeps) {
        TableRestore restore = new TableRestore(keeps);
        tables.forEach(table -> restore.rows.put(table.spec().name(), table));
        return restore;
    }

    private TableRestore(LongPredicate keeps) {
        this.keeps = keeps;
    }

    /** Whether a tensor belongs to a table. */
    static boolean takes(String name) {
        return name.startsWith(TableSnapshot.ROWS + ".") || name.startsWith(TableSnapshot.CANDIDATES + ".");
    }

    /** Reads the next tensor of {@code reader}. */
    void read(SafetensorsTensor tensor, SafetensorsReader reader) throws IOException {
        String[] name = split(tensor.name());
        TableRows table = rows.get(name[1]);
        if (table == null) {
            throw mismatch("table=" + name[1], "one of " + rows.keySet());
        }
        boolean ofRows = name[0].equals(TableSnapshot.ROWS);
        if (name[2].equals(TableSnapshot.IDS)) {
            begin(name, reader.nextLongs(), ofRows ? table : null);
            return;
        }
        Group current = group;
        if (current == null
                || !current.kind.equals(name[0])
                || !current.table.equals(name[1])
                || !current.number.equals(name[3])) {
            throw mismatch("tensor=" + tensor.name(), "it behind the ids of its group");
        }
        current.missing.remove(name[2]);
        if (ofRows) {
            readColumn(current, table, name[2], tensor, reader);
        } else {
            readCandidates(current, name[2], reader);
        }
    }

    /** {@code rows.<table>.<field>.<k>}: a table's name may hold dots, the other parts do not. */
    private static String[] split(String name) throws IOException {
        int kind = name.indexOf('.');
        int number = name.lastIndexOf('.');
        int field = name.lastIndexOf('.', number - 1);
        if (field <= kind) {
            throw mismatch("tensor=" + name, "kind.table.field.number");
        }
        return new String[] {
            name.substring(0, kind),
            name.substring(kind + 1, field),
            name.substring(field + 1, number),
            name.substring(number + 1)
        };
    }

    private void begin(String[] name, long[] ids, @Nullable TableRows table) throws IOException {
        end();
        found.merge(name[0] + "." + name[1], (long) ids.length, Long::sum);
        Set<String> missing = new HashSet<>(Set.of(TableSnapshot.MARKS));
        int[] slots = new int[ids.length];
        if (table == null) {
            missing.add(TableSnapshot.TOTALS);
        } else {
            missing.add(TableSnapshot.WEIGHTS);
            table.states().forEach(state -> missing.add(state.name()));
            for (int i = 0; i < ids.length; i++) {
                slots[i] = keeps.test(ids[i]) ? table.create(ids[i]) : RowIndex.ABSENT;
            }
        }
        group = new Group(name[0], name[1], name[3], slots, ids, missing);
    }

    private void readColumn(
            Group current, TableRows table, String field, SafetensorsTensor tensor, SafetensorsReader reader)
            throws IOException {
        if (field.equals(TableSnapshot.MARKS)) {
            long[] marks = checked(reader.nextLongs(), current, tensor.name());
            for (int i = 0; i < marks.length; i++) {
                if (current.slots[i] != RowIndex.ABSENT) {
                    table.marks().set(current.slots[i], marks[i]);
                }
            }
            return;
        }
        float[] values = reader.nextFloats();
        FloatSlabs column = column(table, field);
        if (column == null) {
            if (table.states().isEmpty()) {
                return; // only weights are wanted, or the rule has no state and leaves another's behind
            }
            throw mismatch("table=" + current.table + " state=" + field, "the optimiser's " + table.states());
        }
        if (values.length != current.slots.length * column.stride()) {
            throw mismatch(
                    "tensor=" + tensor.name() + " elements=" + values.length,
                    current.slots.length + " rows of " + column.stride());
        }
        for (int i = 0; i < current.slots.length; i++) {
            if (current.slots[i] != RowIndex.ABSENT) {
                column.write(current.slots[i], values, i * column.stride());
            }
        }
    }

    private static @Nullable FloatSlabs column(TableRows table, String field) {
        if (field.equals(TableSnapshot.WEIGHTS)) {
            return table.weights();
        }
        for (int i = 0; i < table.states().size(); i++) {
            if (table.states().get(i).name().equals(field)) {
                return table.state(i);
            }
        }
        return null;
    }

    /** Marks come before totals. */
    private void readCandidates(Group current, String field, SafetensorsReader reader) throws IOException {
        long[] values = checked(reader.nextLongs(), current, field);
        Candidates into = candidates.get(current.table);
        if (into == null) {
            return; // only weights are wanted
        }
        for (int i = 0; i < values.length; i++) {
            long id = current.ids[i];
            if (keeps.test(id)) {
                if (field.equals(TableSnapshot.MARKS)) {
                    into.restore(id, values[i], 0);
                } else {
                    into.totals().set(into.index().find(id), values[i]);
                }
            }
        }
    }

    private static long[] checked(long[] values, Group current, String name) throws IOException {
        if (values.length != current.ids.length) {
            throw mismatch("tensor=" + name + " elements=" + values.length, "" + current.ids.length);
        }
        return values;
    }

    private void end() throws IOException {
        if (group != null && !group.missing.isEmpty()) {
            throw mismatch("table=" + group.table + " without " + group.missing, "all of a row's numbers");
        }
        group = null;
    }

    /** Ends a blob: everything that its metadata tells of must have come. */
    void endBlob(Map<String, String> metadata) throws IOException {
        end();
        for (TableRows table : rows.values()) {
            String name = table.spec().name();
            String width = metadata.get(TableSnapshot.key(name, "width"));
            if (!Integer.toString(table.spec().width()).equals(width)) {
                throw mismatch(
                        "table=" + name + " width=" + width, "" + table.spec().width());
            }
            for (String kind : List.of(TableSnapshot.ROWS, TableSnapshot.CANDIDATES)) {
                long count = found.getOrDefault(kind + "." + name, 0L);
                if (!Long.toString(count).equals(metadata.get(TableSnapshot.key(name, kind)))) {
                    throw mismatch(
                            "table=" + name + " " + kind + "=" + count,
                            String.valueOf(metadata.get(TableSnapshot.key(name, kind))));
                }
            }
        }
        found.clear();
    }

    private static IOException mismatch(String what, String expected) {
        return new IOException("Cannot restore snapshot: " + what + ", expected " + expected
                + "; restore with the model and the optimiser that wrote it");
    }
}
