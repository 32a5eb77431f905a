// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Initialisation;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Lstm;
import io.howdah.trainer.nn.RecurrentSettings;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;

/**
 * An LSTM language model (Zaremba et al., “Recurrent neural network regularization”, 2014): embeddings, layers of long
 * short-term memory that start each row from zeros, and a head with a bias. Rows may have any length.
 *
 * <p>Embeddings start normal with deviation 0.02, the LSTM as PyTorch's does.
 */
public final class LstmNetwork extends LanguageNetwork {
    private final Settings settings;
    private final Embedding tokens;
    private final Lstm lstm;
    private final Linear head;
    private final Tensor headBias;

    /**
     * What the network is like.
     *
     * @param vocabulary V
     * @param width width of a token's vector
     * @param hidden E, width of the states; equal to the width where the head is tied
     * @param layers number of layers
     * @param dropout probability for embeddings, between layers and before the head
     */
    public record Settings(long vocabulary, long width, long hidden, int layers, double dropout, Head head) {
        public Settings {
            if (head == Head.TIED && hidden != width) {
                throw new IllegalArgumentException("Cannot make lstm: width=" + width + " hidden=" + hidden
                        + ", expected the same for a tied head; correct " + LanguageModelKeys.HIDDEN.name() + " or "
                        + LanguageModelKeys.HEAD.name());
            }
        }

        static Settings of(Config config, long vocabulary) {
            long width = config.get(LanguageModelKeys.WIDTH);
            long hidden = config.get(LanguageModelKeys.HIDDEN);
            return new Settings(
                    vocabulary,
                    width,
                    hidden == 0 ? width : hidden,
                    config.getInt(LanguageModelKeys.LAYERS),
                    config.get(LanguageModelKeys.DROPOUT),
                    Head.named(config.get(LanguageModelKeys.HEAD)));
        }
    }

    public LstmNetwork(Settings settings, Philox random) {
        this.settings = settings;
        FirstWeights first = FirstWeights.drawn(random);
        this.headBias = parameter("head_bias", Initialisation.constant(0, settings.vocabulary()));
        this.tokens = child("tokens", first.embedding(settings.vocabulary(), settings.width()));
        RecurrentSettings recurrent = RecurrentSettings.of(settings.width(), settings.hidden())
                .withLayers(settings.layers())
                .withBatchFirst();
        this.lstm = child(
                "lstm",
                new Lstm(
                        settings.dropout() > 0 && settings.layers() > 1
                                ? recurrent.withDropout(settings.dropout())
                                : recurrent,
                        random));
        this.head = child(
                "head",
                settings.head() == Head.TIED
                        ? Linear.sharing(tokens.weight())
                        : first.linear(settings.hidden(), settings.vocabulary(), Bias.NONE));
    }

    @Override
    public long vocabulary() {
        return settings.vocabulary();
    }

    @Override
    public Tensor hidden(Tensor numbers) {
        checkRows(numbers, Long.MAX_VALUE);
        return Composite.of(() -> {
            Tensor x = Residuals.dropped(tokens.forward(numbers), settings.dropout(), mode());
            return Residuals.dropped(lstm.forward(x), settings.dropout(), mode());
        });
    }

    @Override
    public Tensor logits(Tensor hidden) {
        return LinearFunctions.linear(hidden, head.weight(), headBias);
    }

    @Override
    protected String describe() {
        return settings.toString();
    }
}
