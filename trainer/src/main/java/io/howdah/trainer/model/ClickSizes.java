// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.EmbeddingBag;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;

/**
 * Sizes of a model of clicks: of the dataset and of its tables of vectors.
 *
 * @param rows V, ids of all fields; of no use with remote tables
 * @param fields F
 * @param idsPerField H, ids of one field that an example has
 * @param dense D, dense features
 * @param width k, of the vector of an id
 * @param deviation standard deviation of the first vectors
 * @param gradients of the tables
 */
public record ClickSizes(
        long rows, int fields, int idsPerField, int dense, int width, double deviation, TableGradients gradients) {
    /** Form of the gradients of the tables. */
    public enum TableGradients {
        /** Of the rows that a batch uses. */
        SPARSE,
        /** Of whole tables. */
        DENSE,
        /** Of the rows that a batch uses, which the parameter store keeps: tables for any 64-bit ids. */
        REMOTE
    }

    /**
     * Those of a dataset with {@code fields}, {@code dense}, and {@code rows.per.field} or, where fields share ids, {@code
     * rows}; {@code ids.per.field} is 1 where it does not tell.
     */
    static ClickSizes of(Config config, DatasetProperties properties) {
        int fields = properties.number("fields", 1);
        boolean remote = config.get(ClickKeys.TABLES).equals("sparse");
        long rows = 0;
        if (!remote) {
            rows = properties.has("rows")
                    ? properties.number("rows", 1)
                    : (long) fields * properties.number("rows.per.field", 1);
        }
        TableGradients local = config.get(ClickKeys.SPARSE) ? TableGradients.SPARSE : TableGradients.DENSE;
        return new ClickSizes(
                rows,
                fields,
                properties.number("ids.per.field", 1, 1),
                properties.number("dense", 1),
                config.getInt(ClickKeys.WIDTH),
                config.get(ClickKeys.DEVIATION),
                remote ? TableGradients.REMOTE : local);
    }

    /** A vector of {@code width} numbers for each of V ids. */
    Embedding table(int width, Philox random) {
        Embedding table = new Embedding(rows, width, options(), random);
        scale(table.weight());
        return table;
    }

    /** The sum of the vectors of a bag of ids. */
    EmbeddingBag bags(Philox random) {
        EmbeddingBag bags = new EmbeddingBag(rows, width, EmbeddingBags.Mode.SUM, options(), random);
        scale(bags.parameter("weight"));
        return bags;
    }

    private EmbeddingOptions options() {
        return gradients == TableGradients.SPARSE
                ? EmbeddingOptions.DEFAULT.withSparseGradient()
                : EmbeddingOptions.DEFAULT;
    }

    /** Vectors start standard normal. */
    private void scale(Tensor vectors) {
        FloatBuffer elements = vectors.buffer().asFloatBuffer();
        for (int i = 0; i < elements.limit(); i++) {
            elements.put(i, (float) (elements.get(i) * deviation));
        }
    }
}
