// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.BatchNorm1d;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Tells the next token from one: its vector, a frozen layer, batch normalisation, and the table of vectors again. */
final class SharedAndFrozenModel extends Module implements TrainableModel {
    private static final int TOKENS = 256;
    private static final int WIDTH = 8;

    private final Embedding embedding;
    private final Sequential middle;
    private final Linear head;

    SharedAndFrozenModel(EmbeddingOptions options, long seed) {
        Philox random = new Philox(seed, 0);
        this.embedding = child("embedding", new Embedding(TOKENS, WIDTH, options, random));
        Linear frozen = new Linear(WIDTH, WIDTH, random);
        this.middle = child("middle", new Sequential(frozen, new BatchNorm1d(WIDTH)));
        this.head = child("head", Linear.sharing(embedding.weight()));
        frozen.freeze();
    }

    @Override
    public String name() {
        return "shared-and-frozen";
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "accuracy");
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Prediction predict(Batch batch) {
        Tensor tokens = batch.column("tokens");
        long length = tokens.size(1) - 1;
        Tensor targets = Views.reshape(Slices.narrow(tokens, 1, 1, length), -1);
        Tensor vectors = embedding.forward(Views.reshape(Slices.narrow(tokens, 1, 0, length), -1));
        Tensor logits = head.forward(middle.forward(vectors));
        return new Prediction(LossFunctions.crossEntropy(logits, targets, Losses.Reduction.NONE), logits, targets);
    }
}
