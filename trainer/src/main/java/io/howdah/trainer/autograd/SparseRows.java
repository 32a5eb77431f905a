// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

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
        long[] numbers = rows.toLongs();
        long[] distinct = Arrays.stream(numbers).sorted().distinct().toArray();
        long[] places = Arrays.stream(numbers)
                .map(number -> Arrays.binarySearch(distinct, number))
                .toArray();
        long[] sizes = shape.sizes();
        sizes[0] = distinct.length;
        Tensor sums = Tensor.zeros(values.dtype(), Shape.of(sizes));
        if (sums.elements() > 0) {
            try (Tensor targets = Tensor.of(places, places.length)) {
                Backends.current().scatterAddRows(matrix(values), targets, matrix(sums));
            }
        }
        return new SparseRows(shape, Tensor.of(distinct, distinct.length), sums);
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
