// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of a table by number. */
public final class Lookup {
    /** Stands for the number of a padding row where there is none. */
    static final long NO_PADDING = -1;

    static final Op<Rule> EMBEDDING = Op.<Rule>named("embedding", AutocastCategory.KEEP)
            .forward(call -> {
                Tensor table = call.input(0);
                Tensor ids = call.input(1);
                Tensor out = call.out(shape(table.shape(), ids.shape()));
                Indices.check("embedding", ids, table.size(0));
                try (Contiguous flat = Contiguous.of(ids)) {
                    Tensor numbers = flat.tensor().reshaped(Shape.of(ids.elements()));
                    Tensor rows = out.reshaped(Shape.of(ids.elements(), table.size(1)));
                    call.backend().gatherRows(table, numbers, rows);
                    if (call.attributes().blank()) {
                        blank(rows, numbers, call.attributes().padding());
                    }
                }
                call.saveInput(1);
            })
            .backward(Lookup::embeddingGradient);

    /** Adds rows into a table of zeros, whose padding row stays so: the transpose of {@link #EMBEDDING}. */
    static final Op<Target> ADD_ROWS = Op.<Target>named("addRows", AutocastCategory.KEEP)
            .forward(call -> {
                Target target = call.attributes();
                Tensor out = call.out(target.table());
                call.backend().fill(out, 0);
                try (Contiguous rows = Contiguous.of(call.input(0));
                        Contiguous ids = Contiguous.of(call.input(1))) {
                    long count = call.input(1).elements();
                    call.backend()
                            .scatterAddRows(
                                    rows.tensor().reshaped(Shape.of(count, out.size(1))),
                                    ids.tensor().reshaped(Shape.of(count)),
                                    out);
                }
                if (target.padding() != NO_PADDING) {
                    call.backend().fill(row(out, target.padding()), 0);
                }
                call.saveInput(1);
            })
            .backward(call -> {
                long padding = call.attributes().padding();
                Rule rule = new Rule(padding, padding != NO_PADDING, false, false);
                call.give(0, () -> Dispatcher.call(EMBEDDING, rule, call.gradient(), call.input(1)));
            });

    static final List<Op<?>> ALL = List.of(EMBEDDING, ADD_ROWS);

    /**
     * How {@link #EMBEDDING} treats rows.
     *
     * @param padding row without gradient, or {@link #NO_PADDING}
     * @param blank whether the padding row gives zeros, whatever it holds
     */
    record Rule(long padding, boolean blank, boolean scaledByFrequency, boolean sparse) {}

    /** Shape of the table that {@link #ADD_ROWS} makes, and its row that stays 0. */
    record Target(Shape table, long padding) {}

    private Lookup() {}

    /**
     * out[…, :] = table[ids[…], :].
     *
     * @param table [V, D]
     * @param ids […], int64, int32 or uint8, in [0, V)
     * @return […, D]
     */
    public static Tensor embedding(Tensor table, Tensor ids) {
        return embedding(table, ids, EmbeddingOptions.DEFAULT);
    }

    /**
     * out[…, :] = table[ids[…], :].
     *
     * <p>A sparse gradient has one row per id, in their order, unless the gradient is itself recorded: then it is dense.
     *
     * @param table [V, D]; a maximal norm is applied to it in place, outside the graph
     * @param ids […], int64, int32 or uint8, in [0, V)
     * @return […, D]
     */
    public static Tensor embedding(Tensor table, Tensor ids, EmbeddingOptions options) {
        shape(table.shape(), ids.shape());
        long padding = options.paddingOf(table.shape());
        if (options.maxNorm() < Double.POSITIVE_INFINITY) {
            Indices.check("embedding", ids, table.size(0));
            MaximalNorm.limit(table, ids, options.maxNorm(), options.normOrder());
        }
        Rule rule = new Rule(padding, false, options.scaledByFrequency(), options.sparse());
        return Dispatcher.call(EMBEDDING, rule, table, ids);
    }

    /** table[ids[i], :] += rows[i, :] for a table of zeros. */
    static Tensor addRows(Tensor rows, Tensor ids, Shape table) {
        return Dispatcher.call(ADD_ROWS, new Target(table, NO_PADDING), rows, ids);
    }

    private static void embeddingGradient(BackwardCall<Rule> call) {
        Rule rule = call.attributes();
        if (rule.sparse() && !GradMode.isEnabled()) {
            call.giveSparse(0, () -> sparseGradient(call.gradient(), call.input(1), call.shape(0), rule.padding()));
            return;
        }
        call.give(0, () -> {
            Tensor ids = call.input(1);
            Tensor gradient = rule.scaledByFrequency()
                    ? Arithmetic.multiply(call.gradient(), shares(ids, call.dtype(0)))
                    : call.gradient();
            return Dispatcher.call(ADD_ROWS, new Target(call.shape(0), rule.padding()), gradient, ids);
        });
    }

    private static SparseRows sparseGradient(Tensor gradient, Tensor ids, Shape table, long padding) {
        long[] numbers = ids.toLongs();
        Tensor values = Contiguous.copy(gradient).reshaped(Shape.of(numbers.length, table.size(1)));
        long[] kept = Arrays.stream(numbers).filter(id -> id != padding).toArray();
        if (kept.length == numbers.length) {
            return new SparseRows(table, Tensor.of(numbers, numbers.length), values);
        }
        long[] places = new long[kept.length];
        int next = 0;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != padding) {
                places[next++] = i;
            }
        }
        Tensor rest = Tensor.empty(gradient.dtype(), Shape.of(kept.length, table.size(1)));
        try (Tensor from = Tensor.of(places, places.length)) {
            Backends.current().gatherRows(values, from, rest);
        }
        values.close();
        return new SparseRows(table, Tensor.of(kept, kept.length), rest);
    }

    /** Per id, in a last dimension of size 1: 1 / how often it occurs. */
    private static Tensor shares(Tensor ids, DType dtype) {
        long[] numbers = ids.toLongs();
        Map<Long, Integer> counts = new HashMap<>();
        for (long id : numbers) {
            counts.merge(id, 1, Integer::sum);
        }
        double[] shares = Arrays.stream(numbers)
                .mapToDouble(id -> 1.0 / counts.getOrDefault(id, 1))
                .toArray();
        long[] sizes = Arrays.copyOf(ids.shape().sizes(), ids.shape().rank() + 1);
        sizes[sizes.length - 1] = 1;
        return Casts.to(Tensor.of(shares, sizes), dtype);
    }

    private static void blank(Tensor rows, Tensor ids, long padding) {
        long[] numbers = ids.toLongs();
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == padding) {
                Backends.current().fill(row(rows, i), 0);
            }
        }
    }

    /** One row of a matrix, without autograd. */
    static Tensor row(Tensor matrix, long number) {
        long[] strides = {matrix.stride(1)};
        return matrix.subview(Shape.of(matrix.size(1)), strides, number * matrix.stride(0));
    }

    private static Shape shape(Shape table, Shape ids) {
        if (table.rank() != 2) {
            throw new IllegalArgumentException(
                    "Cannot compute embedding: table=" + table + ", expected [V, D]; reshape the table");
        }
        long[] sizes = Arrays.copyOf(ids.sizes(), ids.rank() + 1);
        sizes[ids.rank()] = table.size(1);
        return Shape.of(sizes);
    }
}
