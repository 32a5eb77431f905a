// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.train.metric.Metrics;

/**
 * When held-out data is judged, and what follows.
 *
 * @param interval steps between evaluations; 0 for one at the end only
 * @param metric the watched metric: it decides which checkpoint is best and when to stop
 * @param stopping when to stop
 */
public record EvaluationSettings(long interval, String metric, EarlyStopping stopping) {
    /** An evaluation at the end only. */
    public static final EvaluationSettings AT_END =
            new EvaluationSettings(0, Metrics.LOSS, new EarlyStopping(Metrics.better(Metrics.LOSS), 0, 0));

    /** The settings that {@code config} describes. */
    public static EvaluationSettings of(Config config) {
        String metric = config.get(TrainKeys.METRIC);
        return new EvaluationSettings(
                config.get(TrainKeys.EVALUATION_INTERVAL),
                metric,
                new EarlyStopping(
                        Metrics.better(metric),
                        config.get(TrainKeys.PATIENCE),
                        config.get(TrainKeys.LEAST_IMPROVEMENT)));
    }

    boolean isDue(long step) {
        return interval > 0 && step > 0 && step % interval == 0;
    }
}
