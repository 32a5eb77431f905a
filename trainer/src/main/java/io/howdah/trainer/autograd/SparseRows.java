// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * A gradient of a table [V, D] of which few rows are not zero: in coordinate form, where a row may occur more than once
 * and the occurrences add up.
 *
 * @param shape shape of the table, [V, D…]
 * @param rows [n], int64, numbers of the rows
 * @param values [n, D…]
 */
public record SparseRows(Shape shape, Tensor rows, Tensor values) {
    /** The table with zeros in all other rows; a fresh tensor. */
    public Tensor toDense() {
        Tensor dense = Tensor.zeros(values.dtype(), shape);
        if (rows.elements() > 0 && shape.elements() > 0) {
            Backends.current().scatterAddRows(matrix(values), rows, matrix(dense));
        }
        return dense;
    }

    /** The same gradient with every row at most once, in ascending order; fresh tensors. */
    public SparseRows coalesced() {
        RowGroups groups = groups();
        long[] places = new long[groups.order().length];
        for (int group = 0; group < groups.size(); group++) {
            for (int i = groups.starts()[group]; i < groups.starts()[group + 1]; i++) {
                places[groups.order()[i]] = group;
            }
        }
        long[] sizes = shape.sizes();
        sizes[0] = groups.size();
        Tensor sums = Tensor.zeros(values.dtype(), Shape.of(sizes));
        if (sums.elements() > 0) {
            try (Tensor targets = Tensor.of(places, places.length)) {
                Backends.current().scatterAddRows(matrix(values), targets, matrix(sums));
            }
        }
        return new SparseRows(shape, Tensor.of(groups.numbers(), groups.size()), sums);
    }

    /** Where each row occurs. */
    public RowGroups groups() {
        return RowGroups.of(rows.toLongs());
    }

    /** Both gradients, one after the other; fresh tensors. */
    SparseRows plus(SparseRows other) {
        return new SparseRows(
                shape,
                GradientSums.joined(rows, other.rows),
                GradientSums.joined(values, GradientSums.sameDType(other.values, values.dtype())));
    }

    SparseRows copy() {
        return new SparseRows(shape, GradientSums.copy(rows), GradientSums.copy(values));
    }

    SparseRows keep() {
        rows.keep();
        values.keep();
        return this;
    }

    /** Frees both tensors. */
    public void close() {
        rows.close();
        values.close();
    }

    private static Tensor matrix(Tensor tensor) {
        long first = tensor.size(0);
        return tensor.reshaped(Shape.of(first, tensor.elements() / Math.max(1, first)));
    }
}
