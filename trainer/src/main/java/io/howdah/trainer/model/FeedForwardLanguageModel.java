// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Predicts every token of a row from the n tokens before it: their embeddings end to end, hidden layers with GELU, a
 * softmax over the vocabulary. Before the first token of a row stands the separator.
 *
 * <p>Source: Bengio et al., “A neural probabilistic language model”, JMLR 3, 2003; with GELU instead of tanh and
 * without the direct connections.
 */
public final class FeedForwardLanguageModel implements TrainableModel {
    /** Name of this model in {@link Models}. */
    public static final String NAME = "feedforward-lm";

    /** Column that the model reads: tokens [B, L]. */
    public static final String TOKENS = "tokens";

    private final Layers layers;
    private final ContextWindows windows;

    /**
     * Sizes of the model.
     *
     * @param vocabulary V, number of tokens
     * @param context n, how many tokens are seen
     * @param embedding E, width of a token's vector
     * @param hidden H, width of the hidden layers
     * @param layers number of hidden layers
     */
    public record Sizes(int vocabulary, int context, int embedding, int hidden, int layers) {}

    /**
     * @param separator token that stands before the first one
     * @param seed seed of the first weights
     */
    public FeedForwardLanguageModel(Sizes sizes, int separator, long seed) {
        this.layers = new Layers(sizes, new Philox(seed, 0));
        this.windows = new ContextWindows(sizes.context(), separator);
    }

    static FeedForwardLanguageModel of(Config config, Map<String, String> properties, long seed) {
        Sizes sizes = new Sizes(
                property(properties, "vocabulary"),
                config.getInt(ModelKeys.CONTEXT),
                config.getInt(ModelKeys.EMBEDDING),
                config.getInt(ModelKeys.HIDDEN),
                config.getInt(ModelKeys.LAYERS));
        return new FeedForwardLanguageModel(sizes, property(properties, "separator"), seed);
    }

    private static int property(Map<String, String> properties, String name) {
        String text = properties.get(name);
        if (text == null || !text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("Cannot create model: dataset property " + name + "=" + text
                    + ", expected a natural number; train on a dataset of tokens");
        }
        return Integer.parseInt(text);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Module module() {
        return layers;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "perplexity", "bitsPerByte", "accuracy");
    }

    /** One sample per token of the batch, row by row: S = B · L. */
    @Override
    public Prediction predict(Batch batch) {
        Tensor tokens = batch.column(TOKENS);
        Tensor logits = layers.forward(windows.of(tokens));
        Tensor targets = Views.reshape(tokens, tokens.elements());
        return new Prediction(LossFunctions.crossEntropy(logits, tokens, Losses.Reduction.NONE), logits, targets);
    }

    /** The layers, in forward order. */
    private static final class Layers extends Module {
        private final Embedding embedding;
        private final List<Linear> hidden = new ArrayList<>();
        private final Linear output;

        Layers(Sizes sizes, Philox random) {
            this.embedding = child("embedding", new Embedding(sizes.vocabulary(), sizes.embedding(), random));
            long width = (long) sizes.context() * sizes.embedding();
            for (int i = 0; i < sizes.layers(); i++) {
                hidden.add(child("hidden" + i, new Linear(width, sizes.hidden(), random)));
                width = sizes.hidden();
            }
            this.output = child("output", new Linear(width, sizes.vocabulary(), random));
        }

        /** [R, n] token numbers to [R, V] logits. */
        Tensor forward(Tensor windows) {
            return Composite.of(() -> {
                Tensor x = Views.reshape(embedding.forward(windows), windows.size(0), -1);
                for (Linear layer : hidden) {
                    x = Activations.gelu(layer.forward(x));
                }
                return output.forward(x);
            });
        }
    }
}
