// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.optim.Better;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;

/** All metrics by name. */
public final class Metrics {
    /** The mean loss, which every evaluation has. */
    public static final String LOSS = "loss";

    private static final Map<String, Row> TABLE = new TreeMap<>(Map.ofEntries(
            Map.entry(LOSS, new Row(Better.LOWER, () -> new MeanLoss(DoubleUnaryOperator.identity()))),
            Map.entry("perplexity", new Row(Better.LOWER, () -> new MeanLoss(StrictMath::exp))),
            Map.entry("bitsPerByte", new Row(Better.LOWER, () -> new MeanLoss(nats -> nats / Math.log(2)))),
            Map.entry("accuracy", new Row(Better.HIGHER, () -> new TopAccuracy(1))),
            Map.entry("top5Accuracy", new Row(Better.HIGHER, () -> new TopAccuracy(5))),
            Map.entry("auc", new Row(Better.HIGHER, Auc::new)),
            Map.entry("logLoss", new Row(Better.LOWER, LogLoss::new)),
            Map.entry("rmse", new Row(Better.LOWER, RootMeanSquareError::new))));

    private record Row(Better better, Supplier<Metric> maker) {}

    private Metrics() {}

    public static List<String> names() {
        return List.copyOf(TABLE.keySet());
    }

    /** A metric that has seen nothing yet. */
    public static Metric create(String name) {
        return row(name).maker.get();
    }

    /** Which values of a metric are better. */
    public static Better better(String name) {
        return row(name).better;
    }

    private static Row row(String name) {
        Row row = TABLE.get(name);
        if (row == null) {
            throw new IllegalArgumentException(
                    "Cannot measure: metric=" + name + ", expected one of " + names() + "; correct the name");
        }
        return row;
    }
}
