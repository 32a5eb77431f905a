// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.Evaluation;
import java.io.IOException;

/**
 * Is told how a training goes, on the training thread. Several are told in the order in which the loop was given them. What
 * a listener throws ends the training.
 */
public interface TrainingListener {
    /**
     * Training begins, or goes on.
     *
     * @param step decided steps so far
     * @param steps T, length of the training
     */
    default void onStart(long step, long steps) throws IOException {}

    /** A step was decided. */
    default void onStep(StepProgress progress) throws IOException {}

    /**
     * Held-out data was judged, where this process leads.
     *
     * @param step decided steps; the weights are those of this version
     */
    default void onEvaluation(long step, Evaluation evaluation) throws IOException {}

    /**
     * A checkpoint was committed, where this process leads.
     *
     * @param step decided steps
     * @param set name of the checkpoint
     */
    default void onCheckpoint(long step, String set) throws IOException {}

    /** Training came to its end in good order. */
    default void onEnd(TrainingResult result) throws IOException {}
}
