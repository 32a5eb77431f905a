// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.Tensor;

/** What a batch is trained on. Forward has run, or as much of it as the reported loss needs; backward runs once. */
public interface Objective {
    /** S, samples of the batch. */
    long samples();

    /** The loss that is reported: a scalar, which backward begins with. */
    Tensor mean();

    /**
     * Adds the gradients of {@code seed} times the objective, the reported loss and whatever else is minimised, to the
     * parameters, each of which gets them at once.
     */
    void backward(float seed);

    /** The mean of the losses of single samples, [S]. */
    static Objective of(Tensor losses) {
        return new Objective() {
            private final Tensor mean = Reductions.mean(losses);

            @Override
            public long samples() {
                return losses.elements();
            }

            @Override
            public Tensor mean() {
                return mean;
            }

            @Override
            public void backward(float seed) {
                try (Tensor start = Tensor.of(new float[] {seed})) {
                    Autograd.backward(mean, start, Autograd.SavedTensors.FREE);
                }
            }
        };
    }
}
