// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.EvaluationTrack;
import org.jspecify.annotations.Nullable;

/**
 * How a training ended.
 *
 * @param step decided steps
 * @param loss mean loss of the last step, in nats; NaN where this process took no step
 * @param checkpoint name of the set that this process committed last, or null
 * @param evaluation held-out metrics of the final weights where this process measured them
 * @param track evaluations during the training, or null if there were none
 */
public record TrainingResult(
        long step,
        double loss,
        @Nullable String checkpoint,
        @Nullable Evaluation evaluation,
        @Nullable EvaluationTrack track) {}
