// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.ObjLongConsumer;

/** Reads what metrics need of predictions; the scores of classes row by row, since [S, C] may be large. */
final class Scores {
    private Scores() {}

    /** Whether each sample has scores of C classes, instead of one number. */
    static boolean areOfClasses(Prediction batch) {
        return batch.scores().shape().rank() == 2;
    }

    /**
     * Calls {@code consumer} with the C scores and the class of every sample; the array is used again.
     *
     * @throws IllegalArgumentException if a class is not one of 0 … C−1
     */
    static void forEachRow(Prediction batch, ObjLongConsumer<float[]> consumer) {
        Tensor scores = batch.scores();
        long[] targets = batch.targets().toLongs();
        int classes = Math.toIntExact(scores.size(1));
        if (targets.length != scores.size(0)) {
            throw refused(batch, "as many targets as rows of scores");
        }
        float[] used = new float[classes];
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] < 0 || targets[i] >= classes) {
                throw new IllegalArgumentException("Cannot measure: target=" + targets[i] + " of sample " + i
                        + ", expected a class from 0 to " + (classes - 1) + "; correct the dataset");
            }
            Tensor row = scores.subview(Shape.of(classes), new long[] {scores.stride(1)}, i * scores.stride(0));
            consumer.accept(read(row, used), targets[i]);
        }
    }

    /** The elements of {@code row}, in {@code used} where that is quick. */
    private static float[] read(Tensor row, float[] used) {
        if (row.dtype() != DType.FLOAT32 || !row.isContiguous()) {
            return row.toFloats();
        }
        row.buffer().asFloatBuffer().get(used);
        return used;
    }

    /** The single score of every sample. */
    static double[] ofSamples(Prediction batch) {
        if (areOfClasses(batch) || batch.scores().elements() != batch.targets().elements()) {
            throw refused(batch, "one score and one target per sample");
        }
        return batch.scores().toDoubles();
    }

    private static IllegalArgumentException refused(Prediction batch, String expected) {
        return new IllegalArgumentException(
                "Cannot measure: scores=" + batch.scores().shape() + " targets="
                        + batch.targets().shape() + ", expected " + expected
                        + "; let the model name metrics that fit its predictions");
    }
}
