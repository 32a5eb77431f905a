// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import io.howdah.trainer.nn.Activation;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** The peer's DeepFM: first-order weights, pairwise products of field vectors, and a network over the same vectors. */
final class DeepFm extends Module {
    private final Embedding vectors;
    private final Embedding weights;
    private final Sequential network;

    DeepFm(long fields, long rows, long width, long dense, Philox random) {
        EmbeddingOptions sparse = EmbeddingOptions.DEFAULT.withSparseGradient();
        this.vectors = child("emb", new Embedding(rows, width, sparse, random));
        this.weights = child("lin", new Embedding(rows, 1, sparse, random));
        this.network = child(
                "mlp",
                new Sequential(
                        new Linear(fields * width + dense, 400, random),
                        Activation.relu(),
                        new Linear(400, 400, random),
                        Activation.relu(),
                        new Linear(400, 1, random)));
    }

    /**
     * @param ids [B, F]
     * @param dense [B, D]
     * @return logits, [B, 1]
     */
    Tensor forward(Tensor ids, Tensor dense) {
        Tensor e = vectors.forward(ids);
        Tensor sum = Functions.square(Reductions.sum(e, 1));
        Tensor pairs = Arithmetic.multiply(
                Views.unsqueeze(Reductions.sum(Arithmetic.subtract(sum, Reductions.sum(Functions.square(e), 1)), 1), 1),
                0.5);
        Tensor first = Reductions.sum(weights.forward(ids), 1);
        Tensor deep = network.forward(Joins.cat(List.of(Views.flatten(e, 1, -1), dense), 1));
        return Arithmetic.add(Arithmetic.add(first, pairs), deep);
    }
}
