// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Heads that learn from a trunk that does not change (Medusa-1): L = Σₖ λₖ·Lₖ. The parameter store knows the heads' parameters
 * alone; every process reads the trunk's weights itself. What is reported, in training and evaluation, is the first
 * head's loss, over the positions where it has something to find: the next token's is that of the trunk, now as before.
 */
public final class FrozenTrunkModel implements TrainableModel {
    private final NextTokenModel trunk;
    private final TokenHeads heads;
    private final HeadLossWeights weights;
    private final HeadsAlone module;

    /** The heads as parameters, and the trunk as a constant. */
    private static final class HeadsAlone extends Module {
        HeadsAlone(TokenHeads heads, LanguageNetwork trunk) {
            child("heads", heads);
            constant(trunk);
        }
    }

    /**
     * @param trunk which this model owns now
     * @param heads made for it and not attached, not chained
     */
    public FrozenTrunkModel(NextTokenModel trunk, TokenHeads heads, HeadLossWeights weights) {
        if (heads.settings().kind().isChained()) {
            throw new IllegalArgumentException(
                    "Cannot train heads alone: kind=" + heads.settings().kind().text()
                            + ", expected medusa or parallel;" + " train them with their trunk");
        }
        this.trunk = trunk;
        this.heads = heads;
        this.weights = weights;
        trunk.module().freeze();
        trunk.module().evaluate();
        this.module = new HeadsAlone(heads, trunk.module());
    }

    /** The model of the next token, whose weights are to be loaded. */
    public NextTokenModel trunk() {
        return trunk;
    }

    public TokenHeads heads() {
        return heads;
    }

    @Override
    public String name() {
        return trunk.name();
    }

    /** The heads alone. */
    @Override
    public Module module() {
        return module;
    }

    @Override
    public List<String> metrics() {
        return List.of("loss", "accuracy");
    }

    @Override
    public Objective objective(Batch batch, long step) {
        Tensor tokens = batch.column(NextTokenModel.TOKENS);
        AheadTokens ahead = new AheadTokens(tokens, trunk.separator());
        return new HeadsObjective(heads, said(tokens), ahead, weights.all(heads.count(), step));
    }

    /** What the trunk says, without history. */
    private Tensor said(Tensor tokens) {
        try (GradMode.Scope scope = GradMode.noGrad()) {
            return trunk.module().hidden(trunk.moved(tokens));
        }
    }

    /** What the first head says, of the positions where it has something to find. */
    @Override
    public Prediction predict(Batch batch) {
        Tensor tokens = batch.column(NextTokenModel.TOKENS);
        long[] targets = new AheadTokens(tokens, trunk.separator()).targets(0).toLongs();
        int[] places = new int[targets.length];
        int[] known = new int[targets.length];
        int count = 0;
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] != AheadTokens.NOTHING) {
                places[count] = i;
                known[count++] = (int) targets[i];
            }
        }
        Tensor said = heads.hidden(0, said(tokens), tokens);
        Tensor rows = Views.reshape(said, targets.length, said.size(2));
        Tensor logits = heads.logits(0, Lookup.embedding(rows, Tensor.of(Arrays.copyOf(places, count), count)));
        Tensor found = Tensor.of(Arrays.copyOf(known, count), count);
        return new Prediction(LossFunctions.crossEntropy(logits, found, Losses.Reduction.NONE), logits, found);
    }
}
