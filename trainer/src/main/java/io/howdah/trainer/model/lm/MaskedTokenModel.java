// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Indexing;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * Finds tokens that were hidden from it (masked language modelling, Devlin et al. 2018). In training the step's {@link
 * Randomness} decides which; in evaluation they are the same for every batch of a shape, so that the same weights give the
 * same loss.
 */
public final class MaskedTokenModel implements TrainableModel {
    private static final long EVALUATION_SEED = 1;

    private final String name;
    private final LanguageNetwork network;
    private final Masking.Rule rule;

    /**
     * @param name name in {@link io.howdah.trainer.model.Models}
     * @param network its last token is the mask
     * @param vocabulary tokens of the dataset, at most those of the network without the mask
     * @param rate share of the tokens of a row that are to be found
     */
    public MaskedTokenModel(String name, LanguageNetwork network, int vocabulary, double rate) {
        if (vocabulary < 1 || vocabulary >= network.vocabulary()) {
            throw new IllegalArgumentException("Cannot create model: vocabulary=" + network.vocabulary()
                    + ", expected more than the dataset's " + vocabulary + ", for the mask; raise "
                    + LanguageModelKeys.VOCABULARY.name());
        }
        this.name = name;
        this.network = network;
        this.rule = new Masking.Rule(rate, Math.toIntExact(network.vocabulary() - 1), vocabulary);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LanguageNetwork module() {
        return network;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "perplexity", "accuracy");
    }

    /** One sample per hidden token, row by row. */
    @Override
    public Prediction predict(Batch batch) {
        Philox random = network.isTraining() ? Randomness.current().next() : new Philox(EVALUATION_SEED, 0);
        return predict(Masking.draw(batch.column(NextTokenModel.TOKENS), rule, random));
    }

    Prediction predict(Masking masking) {
        Tensor hidden = network.hidden(masking.inputs());
        Tensor rows = Views.reshape(hidden, masking.inputs().elements(), hidden.size(-1));
        Tensor logits = network.logits(Indexing.indexSelect(rows, 0, masking.places()));
        Tensor losses = LossFunctions.crossEntropy(logits, masking.targets(), Losses.Reduction.NONE);
        return new Prediction(losses, logits, masking.targets());
    }
}
