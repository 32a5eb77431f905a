// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;

/**
 * Gathers one number over any number of batches. Sums are binary64 in order of the samples, so that equal predictions in
 * equal order give equal bits. Not safe for concurrent use.
 */
public interface Metric {
    /**
     * Takes the samples of a batch; nothing of it is referred to afterwards.
     *
     * @throws IllegalArgumentException if predictions of this shape have no such metric
     */
    void add(Prediction batch);

    /**
     * Takes all that {@code other}, which must be of the same row of {@link Metrics}, has gathered, behind what was
     * gathered here.
     */
    void merge(Metric other);

    /** The metric of all samples so far; NaN where it is not defined, as without samples. */
    double value();
}
