// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.RemoteTable;
import io.howdah.trainer.model.RemoteTables;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.RowIndex;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.RowSource;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings the rows of a model's remote tables to its batches, and their gradients to the store. The rows of a batch are a leaf [n,
 * D]: backward sums the gradients of equal ids in float32, in the order of the batch.
 */
final class RowExchange {
    private final ParameterStore store;
    private final List<RemoteTable> tables;
    private final Precision precision;
    private final List<CompletableFuture<Void>> pushes = new ArrayList<>();
    private final List<RowGradients> gradients = new ArrayList<>();
    private final List<Bound> bound = new ArrayList<>();

    /** The rows that a table was lent for a micro-batch. */
    private record Bound(RowIndex ids, Tensor rows) {}

    RowExchange(ParameterStore store, RemoteTables tables, Precision precision) {
        this.store = store;
        this.tables = tables.all();
        this.precision = precision;
        tables.all()
                .forEach(table -> gradients.add(new RowGradients(table.spec().width())));
    }

    /** Rows of version {@code version} in float32. */
    static RowSource exactly(ParameterStore store, long version) {
        return (table, ids, into) -> StoreFutures.await(store.pullRows(table, ids, version, into));
    }

    /** Pulls the rows that a batch looks up, of all tables at once, and lends them to the model. */
    void bind(long version, Batch batch) throws IOException, InterruptedException {
        List<Tensor> wire = new ArrayList<>();
        List<CompletableFuture<Long>> pulls = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            RowIndex ids = tables.get(i).distinctIds(batch);
            Shape shape = Shape.of(ids.size(), tables.get(i).spec().width());
            Tensor rows = Tensor.empty(DType.FLOAT32, shape);
            Tensor received = precision.weights() == DType.FLOAT32 ? rows : Tensor.empty(precision.weights(), shape);
            wire.add(received);
            bound.add(new Bound(ids, rows));
            pulls.add(store.pullRows(i, RemoteTable.ids(ids), version, received));
        }
        for (int i = 0; i < tables.size(); i++) {
            StoreFutures.await(pulls.get(i));
            Tensor rows = bound.get(i).rows;
            if (wire.get(i) != rows) {
                Backends.current().convert(wire.get(i), rows);
            }
            tables.get(i).bind(bound.get(i).ids, Autograd.requireGrad(rows));
        }
    }

    /** Takes the gradients of a micro-batch; its rows go back. */
    void collect() {
        for (int i = 0; i < tables.size(); i++) {
            @Nullable Tensor gradient = Gradients.take(bound.get(i).rows);
            if (gradient != null) {
                gradients.get(i).add(bound.get(i).ids, gradient);
            }
        }
        release();
    }

    /** Takes the rows away from the model. */
    void release() {
        tables.forEach(RemoteTable::unbind);
        bound.clear();
    }

    /**
     * Sends what was collected for a slice.
     *
     * @return whether all gradients were finite in the wire dtype
     */
    boolean push(GradientPusher.Slice slice) {
        boolean finite = true;
        for (int i = 0; i < tables.size(); i++) {
            RowGradients sum = gradients.get(i);
            Tensor message = sum.take(slice.factor(), precision.gradients());
            finite &= message.elements() == 0 || Backends.current().isFinite(message);
            RowPush push = new RowPush(
                    slice.step(), slice.logicalWorker(), slice.attempt(), i, slice.samples(), slice.lossScale());
            pushes.add(store.pushRows(push, sum.ids(), message).whenComplete((done, failure) -> message.close()));
        }
        return finite;
    }

    /** Waits until the store has everything that was pushed. */
    void flush() throws IOException, InterruptedException {
        for (CompletableFuture<Void> push : pushes) {
            StoreFutures.await(push);
        }
        pushes.clear();
    }
}
