// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Rows of a table by number. */
public final class Lookup {
    static final Op<NoAttributes> EMBEDDING = Op.<NoAttributes>named("embedding", AutocastCategory.KEEP)
            .forward(Lookup::shape, call -> {
                Tensor table = call.input(0);
                Indices.check("embedding", call.input(1), table.size(0));
                try (Contiguous ids = Contiguous.of(call.input(1))) {
                    Shape rows = Shape.of(ids.tensor().elements(), table.size(1));
                    call.backend().gatherRows(table, flat(ids), call.out().reshaped(rows));
                }
                call.saveInput(1);
            })
            .backward((call, gradient) -> {
                Tensor result = Tensor.zeros(call.dtype(0), call.shape(0));
                try (Contiguous rows = Contiguous.of(gradient.tensor());
                        Contiguous ids = Contiguous.of(call.saved(0))) {
                    Shape matrix = Shape.of(ids.tensor().elements(), result.size(1));
                    call.backend().scatterAddRows(rows.tensor().reshaped(matrix), flat(ids), result);
                }
                return Collections.singletonList(Gradient.of(result));
            });

    static final List<Op<?>> ALL = List.of(EMBEDDING);

    private Lookup() {}

    /**
     * out[…, :] = table[ids[…], :].
     *
     * @param table [V, D]
     * @param ids […], int64, int32 or uint8, in [0, V)
     * @return […, D]
     */
    public static Tensor embedding(Tensor table, Tensor ids) {
        return Dispatcher.call(EMBEDDING, NoAttributes.NONE, table, ids);
    }

    private static Tensor flat(Contiguous ids) {
        return ids.tensor().reshaped(Shape.of(ids.tensor().elements()));
    }

    private static Shape shape(List<Tensor> inputs, NoAttributes none) {
        Shape table = inputs.get(0).shape();
        if (table.rank() != 2) {
            throw new IllegalArgumentException(
                    "Cannot compute embedding: table=" + table + ", expected [V, D]; reshape the table");
        }
        long[] ids = inputs.get(1).shape().sizes();
        long[] sizes = Arrays.copyOf(ids, ids.length + 1);
        sizes[ids.length] = table.size(1);
        return Shape.of(sizes);
    }
}
