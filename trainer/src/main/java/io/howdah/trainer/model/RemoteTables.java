// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.sync.RowIndex;
import io.howdah.trainer.sync.RowSource;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of a model whose rows the parameter store keeps, and where the rows come from when the model is only asked. */
public final class RemoteTables {
    private static final RemoteTables NONE = new RemoteTables(List.of());

    private final List<RemoteTable> tables;
    private @Nullable RowSource source;

    /** @param tables in the order in which the store counts them */
    public RemoteTables(List<RemoteTable> tables) {
        this.tables = List.copyOf(tables);
    }

    /** Of a model that holds all its parameters. */
    public static RemoteTables none() {
        return NONE;
    }

    public List<RemoteTable> all() {
        return tables;
    }

    public boolean isEmpty() {
        return tables.isEmpty();
    }

    /** What the parameter store has to know. */
    public List<TableSpec> specs() {
        return tables.stream().map(RemoteTable::spec).toList();
    }

    /** From now on {@link #bind} reads from {@code rows}. */
    public void readFrom(RowSource rows) {
        if (!tables.isEmpty()) {
            source = rows;
        }
    }

    /** Brings the rows of a batch, for predictions without gradients; to be closed behind them. */
    public Binding bind(Batch batch) throws IOException {
        for (int i = 0; i < tables.size(); i++) {
            RemoteTable table = tables.get(i);
            RowIndex ids = table.distinctIds(batch);
            Tensor rows = Tensor.empty(
                    DType.FLOAT32, Shape.of(ids.size(), table.spec().width()));
            read(i, RemoteTable.ids(ids), rows);
            table.bind(ids, rows);
        }
        return new Binding(tables);
    }

    private void read(int table, long[] ids, Tensor rows) throws IOException {
        if (source == null) {
            throw new IllegalStateException("Cannot read rows: table="
                    + tables.get(table).spec().name()
                    + " has no source, expected readFrom() first; use a store or a checkpoint's tables");
        }
        try {
            source.read(table, ids, rows);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("Cannot read rows: interrupted, expected"
                    + " the parameter store's answer; the process is being stopped");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** Rows that are lent to the tables of a model. */
    public record Binding(List<RemoteTable> tables) implements AutoCloseable {
        @Override
        public void close() {
            for (RemoteTable table : tables) {
                table.rows().close();
                table.unbind();
            }
        }
    }
}
