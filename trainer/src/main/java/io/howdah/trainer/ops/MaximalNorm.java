// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Norms of the rows of a table. */
final class MaximalNorm {
    /** Keeps the quotient just below the maximum, as PyTorch does. */
    private static final double MARGIN = 1e-7;

    private MaximalNorm() {}

    /** Scales those of the given rows whose p-norm exceeds {@code maximum} down to it, in place. */
    static void limit(Tensor table, Tensor ids, double maximum, double order) {
        long[] distinct = Arrays.stream(ids.toLongs()).sorted().distinct().toArray();
        if (distinct.length == 0 || table.size(1) == 0) {
            return;
        }
        double[] norms = norms(table, distinct, order);
        boolean written = false;
        for (int i = 0; i < distinct.length; i++) {
            if (norms[i] > maximum) {
                Tensor row = Lookup.row(table, distinct[i]);
                Backends.current().scale(row, maximum / (norms[i] + MARGIN), 0, row);
                written = true;
            }
        }
        if (written) {
            table.bumpVersion();
        }
    }

    private static double[] norms(Tensor table, long[] ids, double order) {
        Backend backend = Backends.current();
        Shape shape = Shape.of(ids.length, table.size(1));
        boolean infinite = order == Double.POSITIVE_INFINITY;
        try (Tensor numbers = Tensor.of(ids, ids.length);
                Tensor rows = Tensor.empty(table.dtype(), shape);
                Tensor magnitudes = Tensor.empty(DType.FLOAT64, shape);
                Tensor totals = Tensor.empty(DType.FLOAT64, Shape.of(ids.length, 1))) {
            backend.gatherRows(table, numbers, rows);
            backend.convert(rows, magnitudes);
            backend.unary(Unary.ABS, 0, 0, magnitudes, magnitudes);
            if (!infinite) {
                backend.unary(Unary.POWER, order, 0, magnitudes, magnitudes);
            }
            backend.reduce(infinite ? Reduction.MAXIMUM : Reduction.SUM, magnitudes, totals);
            double[] norms = totals.toDoubles();
            return infinite
                    ? norms
                    : Arrays.stream(norms)
                            .map(total -> Math.pow(total, 1 / order))
                            .toArray();
        }
    }
}
