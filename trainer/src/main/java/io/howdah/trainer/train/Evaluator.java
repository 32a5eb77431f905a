// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.StepScope;
import java.io.IOException;
import java.util.Map;

/**
 * Measures a model on held-out text, front to back in batches of a fixed size, summing in binary64 in that order: the
 * same weights give the same bits in any process with the same kernels and thread count.
 */
public final class Evaluator {
    /** Part of the definition of the result's last bits: kernels may sum differently for other sizes. */
    private static final int BATCH_ROWS = 32;

    private Evaluator() {}

    /**
     * Evaluates {@code model} on all of {@code heldOut}.
     *
     * @param dtype what forward computes in where it can: bfloat16, float16, or float32 for no mixed precision
     * @param trained properties of the dataset that the model was trained on, for the unigram baseline
     */
    public static Evaluation evaluate(TrainableModel model, DType dtype, Map<String, String> trained, Dataset heldOut)
            throws IOException {
        boolean wasTraining = model.module().isTraining();
        model.module().evaluate();
        double sum = 0;
        long tokens = 0;
        try (ExampleReader reader = heldOut.open(ReadOrder.sequential(), Position.START);
                GradMode.Scope scope = GradMode.noGrad();
                Autocast.Scope precision = Autocast.to(dtype)) {
            for (float[] losses = next(model, reader); losses.length > 0; losses = next(model, reader)) {
                for (float loss : losses) {
                    sum += loss;
                }
                tokens += losses.length;
            }
        } finally {
            if (wasTraining) {
                model.module().train();
            }
        }
        if (tokens == 0) {
            throw new IllegalArgumentException(
                    "Cannot evaluate: the held-out dataset has no examples, expected some; preprocess more text");
        }
        double unigram = UnigramBaseline.of(trained).natsPerToken(heldOut.properties());
        return new Evaluation(sum / tokens, unigram, tokens);
    }

    /** The losses of the next batch; none at the end. */
    private static float[] next(TrainableModel model, ExampleReader reader) throws IOException {
        try (StepScope scope = StepScope.open();
                Batch batch = reader.next(BATCH_ROWS)) {
            return batch.examples() == 0 ? new float[0] : model.losses(batch).toFloats();
        }
    }
}
