// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Sums, means and maxima of rows of a table. */
public final class EmbeddingBags {
    /** What becomes of the rows of a bag. */
    public enum Mode {
        SUM,
        MEAN,
        MAX
    }

    /**
     * Rows that take part, bag by bag.
     *
     * @param ids their numbers
     * @param bags the bag of each, ascending
     * @param places where each stands among all ids
     * @param sizes how many each bag has
     * @param all whether every id takes part
     */
    private record Members(long[] ids, long[] bags, long[] places, long[] sizes, boolean all) {}

    private EmbeddingBags() {}

    /**
     * out[b, :] = Σ, mean or maximum of weight · table[id, :] over the ids of bag b; 0 for a bag without any. The padding
     * row takes no part. The gradient of a maximum goes to the first row that has it.
     *
     * @param table [V, D]
     * @param bags weights for sums alone
     * @return [B, D]
     */
    public static Tensor embeddingBag(Tensor table, Bags bags, Mode mode, EmbeddingOptions options) {
        check(table, bags, mode, options);
        Members members = members(bags, options.paddingOf(table.shape()));
        EmbeddingOptions plain = new EmbeddingOptions(
                null, options.maxNorm(), options.normOrder(), options.scaledByFrequency(), options.sparse());
        return Composite.of(() -> mode == Mode.MAX
                ? maximum(table, members, plain)
                : sum(table, bags, members, mode == Mode.MEAN, plain));
    }

    private static Tensor sum(Tensor table, Bags bags, Members members, boolean mean, EmbeddingOptions options) {
        Tensor rows = Lookup.embedding(table, vector(members.ids()), options);
        Tensor weights = bags.weights();
        if (weights != null) {
            Tensor flat = Views.reshape(weights, weights.elements());
            Tensor kept = members.all() ? flat : Indexing.indexSelect(flat, 0, vector(members.places()));
            rows = Arithmetic.multiply(rows, Views.reshape(kept, kept.elements(), 1));
        }
        Shape shape = Shape.of(members.sizes().length, table.size(1));
        Tensor sums = Lookup.addRows(rows, vector(members.bags()), shape);
        return mean ? Arithmetic.multiply(sums, shares(members, table.dtype())) : sums;
    }

    /** The bags are filled up to one size with their first row, which changes no maximum. */
    private static Tensor maximum(Tensor table, Members members, EmbeddingOptions options) {
        int count = members.sizes().length;
        int longest = Math.toIntExact(Arrays.stream(members.sizes()).max().orElse(0));
        if (longest == 0) {
            Tensor none = vector(new long[0]);
            return Lookup.addRows(Lookup.embedding(table, none), none, Shape.of(count, table.size(1)));
        }
        long[] filled = new long[count * longest];
        int next = 0;
        for (int b = 0; b < count; b++) {
            int size = Math.toIntExact(members.sizes()[b]);
            for (int i = 0; i < longest && size > 0; i++) {
                filled[b * longest + i] = members.ids()[next + (i < size ? i : 0)];
            }
            next += size;
        }
        // Bags without rows are computed from whatever row and then blanked.
        Tensor ids = Tensor.of(filled, count, longest);
        Tensor maxima =
                Extremes.max(Lookup.embedding(table, ids, options), 1, false).values();
        if (Arrays.stream(members.sizes()).allMatch(size -> size > 0)) {
            return maxima;
        }
        boolean[] empty = new boolean[count];
        for (int b = 0; b < count; b++) {
            empty[b] = members.sizes()[b] == 0;
        }
        return Selection.maskedFill(maxima, Tensor.of(empty, count, 1), 0);
    }

    private static Members members(Bags bags, long padding) {
        long[] bounds = bags.bounds();
        long[] numbers = bags.ids().toLongs();
        long[] ids = new long[numbers.length];
        long[] owners = new long[numbers.length];
        long[] places = new long[numbers.length];
        long[] sizes = new long[bounds.length - 1];
        int count = 0;
        for (int b = 0; b < sizes.length; b++) {
            for (int i = (int) bounds[b]; i < bounds[b + 1]; i++) {
                if (numbers[i] != padding) {
                    ids[count] = numbers[i];
                    owners[count] = b;
                    places[count++] = i;
                    sizes[b]++;
                }
            }
        }
        return new Members(
                Arrays.copyOf(ids, count),
                Arrays.copyOf(owners, count),
                Arrays.copyOf(places, count),
                sizes,
                count == numbers.length);
    }

    /** 1 / size of each bag, [B, 1]; 0 for bags without rows. */
    private static Tensor shares(Members members, DType dtype) {
        double[] shares = Arrays.stream(members.sizes())
                .mapToDouble(size -> size == 0 ? 0 : 1.0 / size)
                .toArray();
        return Casts.to(Tensor.of(shares, shares.length, 1), dtype);
    }

    private static Tensor vector(long[] numbers) {
        return Tensor.of(numbers, numbers.length);
    }

    private static void check(Tensor table, Bags bags, Mode mode, EmbeddingOptions options) {
        Tensor weights = bags.weights();
        if (weights != null && (mode != Mode.SUM || weights.dtype() != table.dtype())) {
            throw new IllegalArgumentException("Cannot compute embeddingBag: weights=" + weights + " mode=" + mode
                    + ", expected mode SUM and the dtype of the table, " + table.dtype() + "; leave the weights out");
        }
        if (mode == Mode.MAX && (options.sparse() || options.scaledByFrequency())) {
            throw new IllegalArgumentException("Cannot compute embeddingBag: mode=MAX " + options
                    + ", expected a dense gradient without scaling; change the mode");
        }
        Indices.check("embeddingBag", bags.ids(), table.size(0));
    }
}
