// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.functional.EmbeddingFunctions;
import io.howdah.trainer.ops.Bags;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.tensor.Tensor;

/**
 * Vectors of width D from a {@link RemoteTable}, for any 64-bit ids: […] to […, D]; or the sum of the vectors of each bag, [B, K]
 * to [B, D].
 */
final class RemoteEmbedding extends Layer {
    private final RemoteTable table;
    private final Form form;

    /** What becomes of the vectors. */
    enum Form {
        VECTORS,
        SUM_OF_BAG
    }

    RemoteEmbedding(RemoteTable table, Form form) {
        this.table = table;
        this.form = form;
    }

    @Override
    protected Tensor compute(Tensor ids) {
        Tensor places = table.places(ids);
        return form == Form.VECTORS
                ? EmbeddingFunctions.embedding(table.rows(), places)
                : EmbeddingFunctions.embeddingBag(
                        table.rows(), Bags.of(places), EmbeddingBags.Mode.SUM, EmbeddingOptions.DEFAULT);
    }

    @Override
    protected String expected() {
        return "ids of the batch whose rows are bound";
    }

    @Override
    protected String describe() {
        return "table=" + table.spec().name() + ", width=" + table.spec().width();
    }
}
