// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.tensor.Philox;
import java.util.Map;

/** Models whose scores are linear in the features: W·x + b, with the parameters {@code weight} and {@code bias}. */
final class LinearModels {
    /** Name of the regression in {@link Models}. */
    static final String REGRESSION = "linear-regression";

    /** Name of the logistic regression in {@link Models}. */
    static final String LOGISTIC = "logistic-regression";

    private LinearModels() {}

    /** Least squares. */
    static TrainableModel regression(Config config, Map<String, String> properties, long seed) {
        DatasetProperties known = new DatasetProperties(properties);
        if (known.has(DatasetProperties.CLASSES)) {
            throw new IllegalArgumentException("Cannot create model: name=" + REGRESSION + " with dataset property "
                    + DatasetProperties.CLASSES + "=" + properties.get(DatasetProperties.CLASSES)
                    + ", expected labels that are values; use " + LOGISTIC);
        }
        return of(REGRESSION, known, LabelTask.value(), seed);
    }

    /** One logit for a question of yes or no, the default; a softmax over the classes where there are more than two. */
    static TrainableModel logistic(Config config, Map<String, String> properties, long seed) {
        DatasetProperties known = new DatasetProperties(properties);
        LabelTask task = known.has(DatasetProperties.CLASSES) ? LabelTask.of(known) : LabelTask.answer();
        return of(LOGISTIC, known, task, seed);
    }

    private static TrainableModel of(String name, DatasetProperties properties, LabelTask task, long seed) {
        FeatureColumn features = FeatureColumn.of(properties);
        Linear layer = new Linear(features.width(), task.outputs(), new Philox(seed, 0));
        return new LabelledModel(
                name, layer, batch -> layer.forward(features.read().apply(batch)), task);
    }
}
