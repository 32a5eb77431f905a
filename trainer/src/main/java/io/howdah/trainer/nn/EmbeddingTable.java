// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;

/** What embeddings and embedding bags have in common. */
final class EmbeddingTable {
    private EmbeddingTable() {}

    /** Standard normal vectors [V, D], with zeros in the padding row. */
    static Tensor of(long tokens, long width, EmbeddingOptions options, Philox random) {
        Tensor table = Initialisation.normal(random, tokens, width);
        Long padding = options.padding();
        if (padding != null) {
            if (padding < -tokens || padding >= tokens) {
                throw new IllegalArgumentException("Cannot make embedding: padding=" + padding + ", expected " + -tokens
                        + " to " + (tokens - 1) + "; correct the padding row");
            }
            FloatBuffer elements = table.buffer().asFloatBuffer();
            long row = padding < 0 ? padding + tokens : padding;
            for (long i = row * width; i < (row + 1) * width; i++) {
                elements.put(Math.toIntExact(i), 0);
            }
        }
        return table;
    }

    static String describe(EmbeddingOptions options) {
        return (options.padding() == null ? "" : ", padding=" + options.padding())
                + (options.sparse() ? ", gradients=sparse" : "");
    }
}
