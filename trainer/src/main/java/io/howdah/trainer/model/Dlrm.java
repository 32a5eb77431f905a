// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Indexing;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A deep learning recommendation model. The dense features become a vector x of width k (linear layers, ReLU behind each
 * of them, the last one too), each field the sum e_f of the vectors of its ids; then
 *
 * <pre>
 * logit = top(x, all dots v_i·v_j with i &gt; j of v = (x, e₁, …, e_F))
 * </pre>
 *
 * <p>with the dots row by row of the lower triangle without the diagonal. Parameters: {@code bot.0.weight}, …,
 * {@code emb.weight} [V, k], one table for all fields, {@code top.0.weight}, …. Source: Naumov et al., “Deep Learning
 * Recommendation Model for Personalization and Recommendation Systems”, 2019.
 */
public final class Dlrm extends ClickNetwork {
    private final ClickSizes sizes;
    private final Sequential bottom;
    private final Layer emb;
    private final Sequential top;

    /**
     * @param bottomHidden widths of the hidden layers before the vector of the dense features
     * @param topHidden widths of the hidden layers behind the interactions
     */
    public Dlrm(ClickSizes sizes, List<Long> bottomHidden, List<Long> topHidden, Philox random) {
        this.sizes = sizes;
        List<Long> widths = new ArrayList<>(bottomHidden);
        widths.add((long) sizes.width());
        List<Layer> layers = Perceptron.hidden(sizes.dense(), widths, Perceptron.Hidden.RELU, random);
        this.bottom = child("bot", new Sequential(layers));
        this.emb = child("emb", bags("emb", sizes, random));
        long dots = (long) (sizes.fields() + 1) * sizes.fields() / 2;
        this.top = child("top", Perceptron.layers(sizes.width() + dots, topHidden, 1, Perceptron.Hidden.RELU, random));
    }

    @Override
    Tensor logits(Tensor ids, Tensor dense) {
        long examples = ids.size(0);
        Tensor x = bottom.forward(dense);
        Tensor bags = emb.forward(Views.reshape(ids, examples * sizes.fields(), sizes.idsPerField()));
        Tensor vectors = Joins.cat(
                List.of(Views.unsqueeze(x, 1), Views.reshape(bags, examples, sizes.fields(), sizes.width())), 1);
        return Views.reshape(top.forward(Joins.cat(List.of(x, dots(vectors)), 1)), -1);
    }

    /** [B, N, k] to [B, N·(N − 1)/2]. */
    private static Tensor dots(Tensor vectors) {
        return Composite.of(() -> {
            int count = Math.toIntExact(vectors.size(1));
            Tensor all = Matrices.bmm(vectors, Views.transpose(vectors, 1, 2));
            return Indexing.indexSelect(Views.flatten(all, 1, -1), 1, below(count));
        });
    }

    /** Places, in a matrix of that many rows and columns, of the elements below the diagonal. */
    private static Tensor below(int count) {
        long[] places = new long[count * (count - 1) / 2];
        int next = 0;
        for (int row = 1; row < count; row++) {
            for (int column = 0; column < row; column++) {
                places[next++] = (long) row * count + column;
            }
        }
        return Tensor.of(places, places.length);
    }
}
