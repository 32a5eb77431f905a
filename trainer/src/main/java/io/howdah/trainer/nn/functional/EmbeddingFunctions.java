// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Bags;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.tensor.Tensor;

/** Rows of tables. */
public final class EmbeddingFunctions {
    private EmbeddingFunctions() {}

    /**
     * Rows of {@code table} by number.
     *
     * @param table [V, D]
     * @param ids […], integers in [0, V)
     * @return […, D]
     */
    public static Tensor embedding(Tensor table, Tensor ids) {
        return Lookup.embedding(table, ids);
    }

    /**
     * Rows of {@code table} by number.
     *
     * @param table [V, D]
     * @param ids […], integers in [0, V)
     * @param options padding row, maximal norm, sparse gradients
     * @return […, D]
     */
    public static Tensor embedding(Tensor table, Tensor ids, EmbeddingOptions options) {
        return Lookup.embedding(table, ids, options);
    }

    /**
     * The sum, mean or maximum of the rows of each bag; 0 for an empty one.
     *
     * @param table [V, D]
     * @return [B, D]
     */
    public static Tensor embeddingBag(Tensor table, Bags bags, EmbeddingBags.Mode mode, EmbeddingOptions options) {
        return EmbeddingBags.embeddingBag(table, bags, mode, options);
    }
}
