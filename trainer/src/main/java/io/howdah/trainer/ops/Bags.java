// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a table go into which bag.
 *
 * @param ids [B, K], K rows for each bag, or [n], split by offsets; int64, int32 or uint8
 * @param offsets [B], where in {@code ids} each bag starts, not descending; null for ids [B, K]
 * @param endIncluded whether {@code offsets} has one more element, the end of the last bag
 * @param weights factors of the rows, shape of {@code ids}, or null
 */
public record Bags(
        Tensor ids,
        @Nullable Tensor offsets,
        boolean endIncluded,
        @Nullable Tensor weights) {
    public Bags {
        boolean fits = offsets == null
                ? ids.shape().rank() == 2 && !endIncluded
                : ids.shape().rank() == 1
                        && offsets.shape().rank() == 1
                        && offsets.dtype().kind() == DType.Kind.INTEGRAL
                        && (!endIncluded || offsets.elements() > 0);
        if (!fits) {
            throw new IllegalArgumentException("Cannot make bags: ids=" + ids + " offsets=" + offsets + " endIncluded="
                    + endIncluded + ", expected ids [B, K] alone, or [n] with integral offsets [B]; reshape them");
        }
        if (weights != null && !weights.shape().equals(ids.shape())) {
            throw new IllegalArgumentException("Cannot make bags: weights=" + weights.shape() + ", expected "
                    + ids.shape() + " as the ids; reshape them");
        }
    }

    /** Bags of equally many rows, ids [B, K]. */
    public static Bags of(Tensor ids) {
        return new Bags(ids, null, false, null);
    }

    /** Bags that start at {@code offsets} and end where the next one starts, or with the ids. */
    public static Bags of(Tensor ids, Tensor offsets) {
        return new Bags(ids, offsets, false, null);
    }

    /** The last offset is where the last bag ends. */
    public Bags withEndIncluded() {
        return new Bags(ids, offsets, true, weights);
    }

    public Bags withWeights(@Nullable Tensor newWeights) {
        return new Bags(ids, offsets, endIncluded, newWeights);
    }

    /** Where each bag starts, and behind them where the last one ends. */
    long[] bounds() {
        if (offsets == null) {
            long[] bounds = new long[Math.toIntExact(ids.size(0)) + 1];
            for (int b = 0; b < bounds.length; b++) {
                bounds[b] = b * ids.size(1);
            }
            return bounds;
        }
        long[] given = offsets.toLongs();
        long[] bounds = given;
        if (!endIncluded) {
            bounds = java.util.Arrays.copyOf(given, given.length + 1);
            bounds[given.length] = ids.elements();
        }
        long before = 0;
        for (int b = 0; b < bounds.length; b++) {
            boolean first = b == 0 && bounds.length > 1;
            if (bounds[b] < before || bounds[b] > ids.elements() || first && bounds[b] != 0) {
                throw new IllegalArgumentException("Cannot use bags: offset " + b + "=" + bounds[b]
                        + ", expected 0 at first and then no less than the one before, at most " + ids.elements()
                        + "; correct the offsets");
            }
            before = bounds[b];
        }
        return bounds;
    }
}
