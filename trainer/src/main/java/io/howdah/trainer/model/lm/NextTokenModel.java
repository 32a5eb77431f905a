// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Predicts every token of a row from those before it. The network reads the row moved by one, with the separator in
 * front, so that the first token has a loss too: the losses are those of all tokens, and their mean over held-out rows
 * of bytes, in bits, is the honest number of bits per byte.
 */
public final class NextTokenModel implements TrainableModel {
    /** Column that the model reads: tokens [B, L], uint8 or int32. */
    public static final String TOKENS = "tokens";

    private static final int BYTES = 256;

    private final String name;
    private final LanguageNetwork network;
    private final int separator;
    private final @Nullable HeadTraining training;

    /** A network without heads, or whose heads are not trained. */
    public NextTokenModel(String name, LanguageNetwork network, int separator) {
        this(name, network, separator, null);
    }

    /**
     * @param name name in {@link io.howdah.trainer.model.Models}
     * @param network one in which a position sees itself and those before it alone
     * @param separator token that stands before the first one
     * @param training how the network's heads are trained with it, or null
     */
    public NextTokenModel(String name, LanguageNetwork network, int separator, @Nullable HeadTraining training) {
        if (separator < 0 || separator >= network.vocabulary()) {
            throw new IllegalArgumentException("Cannot create model: separator=" + separator + ", expected 0 to "
                    + (network.vocabulary() - 1) + "; raise " + LanguageModelKeys.VOCABULARY.name());
        }
        this.name = name;
        this.network = network;
        this.separator = separator;
        this.training = training;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LanguageNetwork module() {
        return network;
    }

    /** Bits per byte only where the vocabulary is that of bytes, with one token more at most. */
    @Override
    public List<String> metrics() {
        return network.vocabulary() <= BYTES + 1
                ? List.of("loss", "perplexity", "bitsPerByte", "accuracy")
                : List.of("loss", "perplexity", "accuracy");
    }

    /** The token before the first one of a row. */
    public int separator() {
        return separator;
    }

    /** One sample per token of the batch, row by row: S = B · L. */
    @Override
    public Prediction predict(Batch batch) {
        Tensor tokens = batch.column(TOKENS);
        Tensor logits = network.forward(moved(tokens));
        Tensor losses = LossFunctions.crossEntropy(logits, tokens, Losses.Reduction.NONE);
        Tensor scores = Views.reshape(logits, tokens.elements(), network.vocabulary());
        return new Prediction(losses, scores, Views.reshape(tokens, tokens.elements()));
    }

    /** The loss of the next token, and with it those of heads that are trained; the former alone is reported. */
    @Override
    public Objective objective(Batch batch, long step) {
        if (training == null) {
            return TrainableModel.super.objective(batch, step);
        }
        Tensor tokens = batch.column(TOKENS);
        int heads = network.heads().orElseThrow().count();
        return new HeadedObjective(
                network,
                moved(tokens),
                tokens,
                new AheadTokens(tokens, separator),
                training.weights().all(heads, step));
    }

    @Override
    public ParameterTable table() {
        ParameterTable plain = TrainableModel.super.table();
        return training == null ? plain : HeadStates.rated(plain, training.rateFactor());
    }

    @Override
    public void loadState(Map<String, Tensor> state) {
        HeadStates.load(network, state);
    }

    /** [separator, t₀, …, t₍L−2₎] for every row. */
    Tensor moved(Tensor tokens) {
        boolean fits = tokens.shape().rank() == 2
                && (tokens.dtype() == DType.INT32 || tokens.dtype() == DType.UINT8 && separator < 256);
        if (!fits) {
            throw new IllegalArgumentException("Cannot read tokens: tokens=" + tokens + " separator=" + separator
                    + ", expected [B, L] of uint8 or int32 that can hold the separator; convert the dataset");
        }
        long rows = tokens.size(0);
        long length = tokens.size(1);
        Tensor inputs = Tensor.empty(tokens.dtype(), tokens.shape());
        long[] strides = inputs.strides();
        Backends.current().fill(inputs.subview(Shape.of(rows, Math.min(1, length)), strides, 0), separator);
        if (length > 1) {
            Shape kept = Shape.of(rows, length - 1);
            Tensor source = tokens.subview(kept, tokens.strides(), 0);
            Backends.current().convert(source, inputs.subview(kept, strides, 1));
        }
        return inputs;
    }
}
