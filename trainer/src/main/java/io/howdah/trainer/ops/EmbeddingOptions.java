// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * How rows of a table are looked up, as in PyTorch.
 *
 * @param padding number of a row that gets no gradient and that bags leave out, from the end if negative; null for none
 * @param maxNorm rows looked up whose norm is larger are first scaled to it, in the table itself; ∞ for none
 * @param normOrder p of the norm (Σ|x|ᵖ)^(1/p)
 * @param scaledByFrequency whether the gradient of a row is divided by how often it was looked up
 * @param sparse whether the gradient of the table is {@link io.howdah.trainer.autograd.SparseRows}
 */
public record EmbeddingOptions(
        @Nullable Long padding, double maxNorm, double normOrder, boolean scaledByFrequency, boolean sparse) {
    /** Plain rows and a dense gradient. */
    public static final EmbeddingOptions DEFAULT =
            new EmbeddingOptions(null, Double.POSITIVE_INFINITY, 2, false, false);

    public EmbeddingOptions {
        if (sparse && scaledByFrequency) {
            throw new IllegalArgumentException("Cannot compute embedding: sparse=true scaledByFrequency=true, expected"
                    + " one of them; sparse gradients are not scaled");
        }
        if (!(maxNorm >= 0) || !(normOrder > 0)) {
            throw new IllegalArgumentException("Cannot compute embedding: maxNorm=" + maxNorm + " normOrder="
                    + normOrder + ", expected numbers from 0 and above 0; correct them");
        }
    }

    public EmbeddingOptions withPadding(long row) {
        return new EmbeddingOptions(row, maxNorm, normOrder, scaledByFrequency, sparse);
    }

    public EmbeddingOptions withMaxNorm(double norm, double order) {
        return new EmbeddingOptions(padding, norm, order, scaledByFrequency, sparse);
    }

    public EmbeddingOptions withScalingByFrequency() {
        return new EmbeddingOptions(padding, maxNorm, normOrder, true, sparse);
    }

    public EmbeddingOptions withSparseGradient() {
        return new EmbeddingOptions(padding, maxNorm, normOrder, scaledByFrequency, true);
    }

    /** The padding row counted from 0, or {@link Lookup#NO_PADDING}. */
    long paddingOf(Shape table) {
        if (padding == null) {
            return Lookup.NO_PADDING;
        }
        long rows = table.size(0);
        if (padding < -rows || padding >= rows) {
            throw new IndexOutOfBoundsException("Cannot compute embedding: padding=" + padding + ", expected " + -rows
                    + " to " + (rows - 1) + " for table=" + table + "; correct the padding row");
        }
        return padding < 0 ? padding + rows : padding;
    }
}
