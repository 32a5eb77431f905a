// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;
import java.util.function.DoubleUnaryOperator;

/**
 * A function of the mean loss ℓ of all samples, in nats: ℓ itself; perplexity exp(ℓ); bits per byte ℓ/ln 2, where every
 * sample is a byte.
 */
final class MeanLoss implements Metric {
    private final DoubleUnaryOperator function;
    private double sum;
    private long samples;

    MeanLoss(DoubleUnaryOperator function) {
        this.function = function;
    }

    @Override
    public void add(Prediction batch) {
        float[] losses = batch.losses().toFloats();
        for (float loss : losses) {
            sum += loss;
        }
        samples += losses.length;
    }

    @Override
    public void merge(Metric other) {
        MeanLoss behind = (MeanLoss) other;
        sum += behind.sum;
        samples += behind.samples;
    }

    @Override
    public double value() {
        return function.applyAsDouble(sum / samples);
    }
}
