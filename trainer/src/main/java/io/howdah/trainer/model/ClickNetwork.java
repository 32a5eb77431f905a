// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A network from ids and dense features to one logit per example. */
public abstract sealed class ClickNetwork extends Module permits DeepFm, Dlrm, WideAndDeep {
    private final List<RemoteTable> tables = new ArrayList<>();

    ClickNetwork() {}

    /** The tables that the parameter store keeps; empty if they are parameters. */
    final List<RemoteTable> tables() {
        return tables;
    }

    /** A vector of {@code width} numbers for each id. */
    final Layer vectors(String name, ClickSizes sizes, int width, Philox random) {
        return sizes.gradients() == ClickSizes.TableGradients.REMOTE
                ? new RemoteEmbedding(remote(name, sizes, width, random), RemoteEmbedding.Form.VECTORS)
                : sizes.table(width, random);
    }

    /** The sum of the vectors of a bag of ids. */
    final Layer bags(String name, ClickSizes sizes, Philox random) {
        return sizes.gradients() == ClickSizes.TableGradients.REMOTE
                ? new RemoteEmbedding(remote(name, sizes, sizes.width(), random), RemoteEmbedding.Form.SUM_OF_BAG)
                : sizes.bags(random);
    }

    private RemoteTable remote(String name, ClickSizes sizes, int width, Philox random) {
        long seed = (long) random.nextInt() << Integer.SIZE | random.nextInt() & 0xffff_ffffL;
        RemoteTable table = new RemoteTable(
                new TableSpec(name, width, seed, sizes.deviation()), batch -> ClickModels.ids(batch, sizes));
        tables.add(table);
        return table;
    }

    /**
     * The logits, [B].
     *
     * @param ids [B, F·H], integers in [0, V) or, with remote tables, any; those of a field side by side
     * @param dense [B, D], float32
     */
    public final Tensor forward(Tensor ids, Tensor dense) {
        Tensor logits = Composite.of(() -> logits(ids, dense));
        returns(logits);
        return logits;
    }

    /** What {@link #forward} returns. */
    abstract Tensor logits(Tensor ids, Tensor dense);
}
