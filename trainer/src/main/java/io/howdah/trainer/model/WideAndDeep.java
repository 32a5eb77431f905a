// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * A linear model and a deep network, trained as one:
 *
 * <pre>
 * logit = Σ_f wide[id_f] + w·dense + b + deep(e₁, …, e_F, dense)
 * </pre>
 *
 * <p>Parameters: {@code wide.weight} [V, 1], {@code linear.weight} [1, D] and {@code linear.bias}, {@code emb.weight}
 * [V, k], {@code deep.0.weight}, …. Crossed features of the wide part are fields of the dataset. Source: Cheng et al.,
 * “Wide &amp; Deep Learning for Recommender Systems”, 2016.
 */
public final class WideAndDeep extends ClickNetwork {
    private final Layer wide;
    private final Linear linear;
    private final Layer emb;
    private final Sequential deep;

    /**
     * @param sizes with one id per field
     * @param hidden widths of the hidden layers
     * @param dropout probability with which training drops an element behind each of them
     */
    public WideAndDeep(ClickSizes sizes, List<Long> hidden, double dropout, Philox random) {
        this.wide = child("wide", vectors("wide", sizes, 1, random));
        this.linear = child("linear", new Linear(sizes.dense(), 1, random));
        this.emb = child("emb", vectors("emb", sizes, sizes.width(), random));
        long inputs = (long) sizes.fields() * sizes.width() + sizes.dense();
        this.deep = child("deep", Perceptron.layers(inputs, hidden, 1, new Perceptron.Hidden("relu", dropout), random));
    }

    @Override
    Tensor logits(Tensor ids, Tensor dense) {
        Tensor shallow = Arithmetic.add(Reductions.sum(wide.forward(ids), 1), linear.forward(dense));
        Tensor vectors = Views.flatten(emb.forward(ids), 1, -1);
        return Views.reshape(Arithmetic.add(shallow, deep.forward(Joins.cat(List.of(vectors, dense), 1))), -1);
    }
}
