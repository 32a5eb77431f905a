// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

/** How functions behave that differ between training and evaluation: dropout and batch normalisation. */
public enum Mode {
    /** Drops elements; normalises by the batch at hand. */
    TRAINING,
    /** Drops nothing; normalises by running statistics. */
    EVALUATION;

    boolean isTraining() {
        return this == TRAINING;
    }
}
