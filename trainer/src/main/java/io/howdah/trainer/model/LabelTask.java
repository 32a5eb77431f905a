// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Losses.Reduction;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * What the column {@code label} [B] tells of an example, and how scores are held against it.
 *
 * @param kind what a label is
 * @param outputs scores per example
 */
record LabelTask(Kind kind, int outputs) {
    /** The column. */
    static final String LABEL = "label";

    /** What a label is. */
    enum Kind {
        /** A number; the loss is the squared error. */
        VALUE,
        /** 0 or 1; the loss is the binary cross entropy of one logit, in nats. */
        ANSWER,
        /** A class in [0, C), C logits; the loss is the cross entropy, in nats. */
        CLASS
    }

    static LabelTask value() {
        return new LabelTask(Kind.VALUE, 1);
    }

    static LabelTask answer() {
        return new LabelTask(Kind.ANSWER, 1);
    }

    /** One logit per class, however many there are. */
    static LabelTask classes(DatasetProperties properties) {
        return new LabelTask(Kind.CLASS, properties.number(DatasetProperties.CLASSES, 2));
    }

    /** A number where the dataset has no {@code classes}, an answer where it has two, else a class. */
    static LabelTask of(DatasetProperties properties) {
        if (!properties.has(DatasetProperties.CLASSES)) {
            return value();
        }
        return properties.number(DatasetProperties.CLASSES, 2) == 2 ? answer() : classes(properties);
    }

    /** Names of the metrics that fit. */
    List<String> metrics() {
        return switch (kind) {
            case VALUE -> List.of("loss", "rmse");
            case ANSWER -> List.of("loss", "logLoss", "auc");
            case CLASS -> outputs > 5 ? List.of("loss", "accuracy", "top5Accuracy") : List.of("loss", "accuracy");
        };
    }

    /**
     * Scores beside the labels of the batch.
     *
     * @param scores [B, outputs], or [B] for one output
     */
    Prediction predict(Tensor scores, Batch batch) {
        Tensor labels = labels(batch, scores.size(0));
        if (kind == Kind.CLASS) {
            return new Prediction(LossFunctions.crossEntropy(scores, labels, Reduction.NONE), scores, labels);
        }
        Tensor single = Views.reshape(scores, -1);
        Tensor targets = labels.dtype() == DType.FLOAT32 ? labels : Casts.to(labels, DType.FLOAT32);
        Tensor losses = kind == Kind.VALUE
                ? LossFunctions.squaredError(single, targets, Reduction.NONE)
                : LossFunctions.binaryCrossEntropy(single, targets, Reduction.NONE);
        return new Prediction(losses, single, targets);
    }

    private Tensor labels(Batch batch, long examples) {
        Tensor column = batch.column(LABEL);
        boolean fits = kind != Kind.CLASS || column.dtype().kind() == DType.Kind.INTEGRAL;
        if (column.elements() != examples || !fits) {
            throw new IllegalArgumentException("Cannot predict: column " + LABEL + "=" + column + ", expected "
                    + (kind == Kind.CLASS ? "one integer" : "one number") + " for each of " + examples
                    + " examples; convert the dataset");
        }
        return Views.reshape(column, examples);
    }
}
