// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Small models with heads, and a loop that trains them. */
public final class HeadSamples {
    public static final int VOCABULARY = 16;

    private HeadSamples() {}

    /** A model whose separator is token 0; {@code more} are further settings, name and value in turns. */
    public static TrainableModel model(String name, String... more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "howdah.model.name", name,
                "howdah.lm.width", "16",
                "howdah.lm.layers", "1",
                "howdah.lm.heads", "2",
                "howdah.lm.context", "48"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        Config config = Config.parse(new KeyTable(ModelKeys.ALL), settings);
        return Models.create(config, Map.of("vocabulary", "" + VOCABULARY, "separator", "0"), 7);
    }

    public static TrainableModel mtp(String name, HeadKind kind, int heads) {
        return model(name, "howdah.model.mtp.kind", kind.text(), "howdah.model.mtp.heads", "" + heads);
    }

    public static TrainableModel medusa(String name, String kind, int heads) {
        return model(
                name,
                "howdah.model.medusa.kind",
                kind,
                "howdah.model.medusa.heads",
                "" + heads,
                "howdah.model.pretrained",
                "nowhere");
    }

    /** A batch of rows of equal length. */
    public static Batch batch(int[][] rows) {
        int[] all = new int[rows.length * rows[0].length];
        for (int i = 0; i < all.length; i++) {
            all[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        return new Batch(rows.length, Map.of(NextTokenModel.TOKENS, Tensor.of(all, rows.length, rows[0].length)));
    }

    /** Trains with AdamW; returns the last reported loss. */
    public static double train(TrainableModel model, int steps, double rate, IntFunction<int[][]> rows) {
        LocalOptimiser optimiser = LocalOptimiser.of(
                new AdamW(0.9, 0.999, 1e-8), model.module().parameters(), LearningRate.constant(rate), 0);
        double loss = Double.NaN;
        for (int step = 0; step < steps; step++) {
            optimiser.zeroGrad();
            try (StepScope scope = StepScope.open();
                    Batch batch = batch(rows.apply(step))) {
                Objective objective = model.objective(batch, step);
                loss = objective.mean().item();
                objective.backward(1);
                optimiser.step();
            }
        }
        optimiser.zeroGrad();
        return loss;
    }

    /** Mean loss of every head of a model over a dataset, where there is something to find; closes the dataset. */
    public static double[] losses(TrainableModel model, Dataset dataset) throws IOException {
        NextTokenModel next = LanguageModels.nextToken(model).orElseThrow();
        TokenHeads heads = LanguageModels.heads(model).orElseThrow();
        double[] sums = new double[heads.count()];
        next.module().evaluate();
        try (dataset;
                ExampleReader reader = dataset.open(ReadOrder.sequential(), Position.START);
                StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad();
                Batch batch = reader.next(64)) {
            Tensor tokens = batch.column(NextTokenModel.TOKENS);
            AheadTokens ahead = new AheadTokens(tokens, next.separator());
            Tensor hidden = next.module().hidden(next.moved(tokens));
            Tensor previous = hidden;
            for (int head = 0; head < sums.length; head++) {
                Tensor said =
                        heads.hidden(head, heads.settings().kind().isChained() ? previous : hidden, ahead.read(head));
                Tensor targets = ahead.targets(head);
                Tensor loss = LossFunctions.crossEntropy(heads.logits(head, said), targets, Losses.Reduction.NONE);
                sums[head] = Reductions.sum(loss).item() / ahead.found(targets);
                previous = said;
            }
        }
        return sums;
    }
}
