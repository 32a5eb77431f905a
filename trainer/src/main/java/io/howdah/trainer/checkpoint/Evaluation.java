// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How good a model is on held-out data.
 *
 * @param metrics values by name, for instance {@code loss} or {@code auc}; NaN where the data left one undefined
 * @param samples number of samples that were judged
 */
public record Evaluation(SortedMap<String, Double> metrics, long samples) {
    public Evaluation {
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }

    /** The value of a metric that was measured. */
    public double value(String metric) {
        Double value = metrics.get(metric);
        if (value == null) {
            throw new IllegalArgumentException("Cannot read evaluation: metric=" + metric + ", expected one of "
                    + metrics.keySet() + "; name one that the model has");
        }
        return value;
    }
}
