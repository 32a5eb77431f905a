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
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.RemoteTables;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.train.metric.Metric;
import io.howdah.trainer.train.metric.Metrics;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measures a model on held-out data, front to back in batches of a fixed size, summing in binary64 in that order: the same
 * weights give the same bits in any process with the same kernels and thread count.
 */
public final class Evaluator {
    /** Part of the definition of the result's last bits: kernels may sum differently for other sizes. */
    private static final int BATCH_ROWS = 32;

    private Evaluator() {}

    /**
     * Evaluates {@code model} on all of {@code heldOut}: the mean loss, the metrics that the model names, and the unigram
     * baseline ({@link UnigramBaseline#METRIC}) where both datasets count their tokens.
     *
     * @param dtype what forward computes in where it can: bfloat16, float16, or float32 for no mixed precision
     * @param trained properties of the dataset that the model was trained on, for the unigram baseline
     */
    public static Evaluation evaluate(TrainableModel model, DType dtype, Map<String, String> trained, Dataset heldOut)
            throws IOException {
        SortedMap<String, Metric> metrics = new TreeMap<>();
        metrics.put(Metrics.LOSS, Metrics.create(Metrics.LOSS));
        model.metrics().forEach(name -> metrics.put(name, Metrics.create(name)));
        boolean wasTraining = model.module().isTraining();
        model.module().evaluate();
        long samples = 0;
        try (ExampleReader reader = heldOut.open(ReadOrder.sequential(), Position.START);
                GradMode.Scope scope = GradMode.noGrad();
                Autocast.Scope precision = Autocast.to(dtype)) {
            for (long added = add(model, reader, metrics); added > 0; added = add(model, reader, metrics)) {
                samples += added;
            }
        } finally {
            if (wasTraining) {
                model.module().train();
            }
        }
        if (samples == 0) {
            throw new IllegalArgumentException(
                    "Cannot evaluate: the held-out dataset has no examples, expected some; preprocess more text");
        }
        SortedMap<String, Double> values = new TreeMap<>();
        metrics.forEach((name, metric) -> values.put(name, metric.value()));
        if (trained.containsKey(UnigramBaseline.HISTOGRAM)
                && heldOut.properties().containsKey(UnigramBaseline.HISTOGRAM)) {
            values.put(UnigramBaseline.METRIC, UnigramBaseline.of(trained).natsPerToken(heldOut.properties()));
        }
        return new Evaluation(values, samples);
    }

    /** Adds the next batch to all metrics; returns its number of samples, 0 at the end. */
    private static long add(TrainableModel model, ExampleReader reader, SortedMap<String, Metric> metrics)
            throws IOException {
        try (StepScope scope = StepScope.open();
                Batch batch = reader.next(BATCH_ROWS)) {
            if (batch.examples() == 0) {
                return 0;
            }
            try (RemoteTables.Binding rows = model.remoteTables().bind(batch)) {
                Prediction prediction = model.predict(batch);
                metrics.values().forEach(metric -> metric.add(prediction));
                return prediction.losses().elements();
            }
        }
    }
}
