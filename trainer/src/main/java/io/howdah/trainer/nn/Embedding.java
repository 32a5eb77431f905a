// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.EmbeddingFunctions;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;

/**
 * One vector of width D for each of V tokens: […] integers in [0, V) to […, D]. Vectors start standard normal, that of a
 * padding row with zeros, as in PyTorch.
 */
public final class Embedding extends Layer {
    private final Tensor weight;
    private final EmbeddingOptions options;

    /**
     * @param tokens V
     * @param width D
     */
    public Embedding(long tokens, long width, Philox random) {
        this(tokens, width, EmbeddingOptions.DEFAULT, random);
    }

    /**
     * @param tokens V
     * @param width D
     * @param options for instance a padding row, or sparse gradients
     */
    public Embedding(long tokens, long width, EmbeddingOptions options, Philox random) {
        this.options = options;
        this.weight = parameter("weight", EmbeddingTable.of(tokens, width, options, random));
    }

    private Embedding(Tensor weight) {
        this.options = EmbeddingOptions.DEFAULT;
        this.weight = parameter("weight", weight);
    }

    /**
     * An embedding with these first values, which it owns.
     *
     * @param weight [V, D]
     */
    public static Embedding of(Tensor weight) {
        return new Embedding(weight);
    }

    /** The vectors, [V, D]. */
    public Tensor weight() {
        return weight;
    }

    @Override
    protected Tensor compute(Tensor ids) {
        return EmbeddingFunctions.embedding(weight, ids, options);
    }

    @Override
    protected String expected() {
        return "integers in [0, " + weight.size(0) + ")";
    }

    @Override
    protected String describe() {
        return "tokens=" + weight.size(0) + ", width=" + weight.size(1) + EmbeddingTable.describe(options);
    }
}
