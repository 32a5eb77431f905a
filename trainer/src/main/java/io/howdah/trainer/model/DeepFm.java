// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * A factorisation machine and a deep network on the same vectors e₁ … e_F of the ids:
 *
 * <pre>
 * logit = Σ_f lin[id_f] + ½·Σ_j ((Σ_f e_f)² − Σ_f e_f²)_j + mlp(e₁, …, e_F, dense)
 * </pre>
 *
 * <p>Parameters: {@code emb.weight} [V, k], {@code lin.weight} [V, 1], {@code mlp.0.weight}, …. Dense features enter the
 * deep part alone. Remote tables are {@code emb} and {@code lin}. Source: Guo et al., “DeepFM: A Factorization-Machine based Neural Network for CTR Prediction”, 2017.
 */
public final class DeepFm extends ClickNetwork {
    private final Layer emb;
    private final Layer lin;
    private final Sequential mlp;

    /**
     * @param sizes with one id per field
     * @param hidden widths of the hidden layers
     * @param dropout probability with which training drops an element behind each of them
     */
    public DeepFm(ClickSizes sizes, List<Long> hidden, double dropout, Philox random) {
        this.emb = child("emb", vectors("emb", sizes, sizes.width(), random));
        this.lin = child("lin", vectors("lin", sizes, 1, random));
        long inputs = (long) sizes.fields() * sizes.width() + sizes.dense();
        this.mlp = child("mlp", Perceptron.layers(inputs, hidden, 1, new Perceptron.Hidden("relu", dropout), random));
    }

    @Override
    Tensor logits(Tensor ids, Tensor dense) {
        Tensor vectors = emb.forward(ids);
        Tensor linear = Reductions.sum(lin.forward(ids), 1);
        Tensor deep = mlp.forward(Joins.cat(List.of(Views.flatten(vectors, 1, -1), dense), 1));
        Tensor wide = Arithmetic.add(linear, pairs(vectors));
        return Views.reshape(Arithmetic.add(wide, deep), -1);
    }

    /** Σ_{f<g} e_f·e_g: [B, F, k] to [B, 1]. */
    private static Tensor pairs(Tensor vectors) {
        return Composite.of(() -> {
            Tensor squareOfSum = Functions.square(Reductions.sum(vectors, 1));
            Tensor sumOfSquares = Reductions.sum(Functions.square(vectors), 1);
            Tensor difference = Arithmetic.subtract(squareOfSum, sumOfSquares);
            return Arithmetic.multiply(Reductions.sum(difference, true, 1), 0.5);
        });
    }
}
