// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.EmbeddingFunctions;
import io.howdah.trainer.ops.Bags;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;

/**
 * The sum, mean or maximum of the vectors of each bag of tokens: bags of equally many, [B, K] integers in [0, V), or any
 * {@link Bags}, to [B, D]. Vectors start standard normal, that of a padding row with zeros, as in PyTorch.
 */
public final class EmbeddingBag extends Layer {
    private final Tensor weight;
    private final EmbeddingBags.Mode mode;
    private final EmbeddingOptions options;

    /**
     * @param tokens V
     * @param width D
     */
    public EmbeddingBag(long tokens, long width, EmbeddingBags.Mode mode, Philox random) {
        this(tokens, width, mode, EmbeddingOptions.DEFAULT, random);
    }

    /**
     * @param tokens V
     * @param width D
     * @param options for instance a padding row, which takes no part, or sparse gradients
     */
    public EmbeddingBag(long tokens, long width, EmbeddingBags.Mode mode, EmbeddingOptions options, Philox random) {
        this.mode = mode;
        this.options = options;
        this.weight = parameter("weight", EmbeddingTable.of(tokens, width, options, random));
    }

    @Override
    protected Tensor compute(Tensor ids) {
        return EmbeddingFunctions.embeddingBag(weight, Bags.of(ids), mode, options);
    }

    /** Bags of any sizes. */
    public Tensor forward(Bags bags) {
        Tensor result;
        try {
            result = EmbeddingFunctions.embeddingBag(weight, bags, mode, options);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw LayerException.of(this, bags.ids(), expected(), e);
        }
        returns(result);
        return result;
    }

    @Override
    protected String expected() {
        return "[B, K] integers in [0, " + weight.size(0) + "), or bags of them";
    }

    @Override
    protected String describe() {
        return "tokens=" + weight.size(0) + ", width=" + weight.size(1) + ", mode=" + mode
                + EmbeddingTable.describe(options);
    }
}
