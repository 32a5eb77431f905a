// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.sync.RowIndex;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows the parameter store keeps. The model never holds it: for every batch somebody brings the rows of its ids
 * as one tensor [n, D], in which the model's layers look them up by place. Used by one thread.
 */
public final class RemoteTable {
    private final TableSpec spec;
    private final Function<Batch, Tensor> lookups;
    private @Nullable Rows bound;

    private record Rows(RowIndex places, Tensor values) {}

    /** @param lookups the ids that a batch looks up, integers of any shape, each as often as it likes */
    public RemoteTable(TableSpec spec, Function<Batch, Tensor> lookups) {
        this.spec = spec;
        this.lookups = lookups;
    }

    public TableSpec spec() {
        return spec;
    }

    /** The distinct ids of a batch; their slots are their places among its rows. */
    public RowIndex distinctIds(Batch batch) {
        RowIndex distinct = new RowIndex();
        for (long id : lookups.apply(batch).toLongs()) {
            distinct.add(id);
        }
        return distinct;
    }

    /**
     * Lends the rows of a batch until {@link #unbind}.
     *
     * @param places their ids
     * @param values [n, D], float32
     */
    public void bind(RowIndex places, Tensor values) {
        if (values.shape().rank() != 2 || values.size(0) != places.size() || values.size(1) != spec.width()) {
            throw new IllegalArgumentException("Cannot bind rows: table=" + spec.name() + " shape=" + values.shape()
                    + ", expected [" + places.size() + ", " + spec.width() + "]; bind one row for each distinct id");
        }
        bound = new Rows(places, values);
    }

    /** Ends {@link #bind}. */
    public void unbind() {
        bound = null;
    }

    private Rows bound() {
        if (bound == null) {
            throw new IllegalStateException("Cannot look up rows: table=" + spec.name()
                    + " has none, expected those of the batch; predict within RemoteTables.bind(batch)");
        }
        return bound;
    }

    /** The rows of the batch, [n, D]. */
    public Tensor rows() {
        return bound().values;
    }

    /** Where among {@link #rows} those of {@code ids} are: int64 of the same shape. */
    public Tensor places(Tensor ids) {
        RowIndex places = bound().places;
        long[] found = ids.toLongs();
        for (int i = 0; i < found.length; i++) {
            int place = places.find(found[i]);
            if (place == RowIndex.ABSENT) {
                throw new IllegalArgumentException(
                        "Cannot look up rows: table=" + spec.name() + " id=" + found[i]
                                + " is none of the batch's, expected ids that the table was declared with; correct its lookups");
            }
            found[i] = place;
        }
        return Tensor.of(found, ids.shape().sizes());
    }

    /** The ids of {@code index} by place. */
    public static long[] ids(RowIndex index) {
        long[] ids = new long[index.size()];
        Arrays.setAll(ids, index::id);
        return ids;
    }
}
