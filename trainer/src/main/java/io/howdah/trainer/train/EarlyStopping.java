// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.optim.Better;
import org.jspecify.annotations.Nullable;

/**
 * When evaluations no longer pay: after {@code patience} of them in a row that were no better than the best one by more
 * than {@code leastImprovement}. A pure function of the evaluations, so that every process comes to the same end.
 *
 * @param better which values are better
 * @param patience evaluations without improvement that end the training; 0 for no end
 * @param leastImprovement what a better value has to be better by
 */
public record EarlyStopping(Better better, long patience, double leastImprovement) {
    /**
     * The track after an evaluation. NaN is no evaluation; one that the track has already changes nothing.
     *
     * @param track the evaluations before it
     * @param step decided steps
     */
    @Nullable
    EvaluationTrack after(@Nullable EvaluationTrack track, long step, double value) {
        if (Double.isNaN(value) || track != null && track.step() >= step) {
            return track;
        }
        if (track == null || better.gain(value, track.best()) > leastImprovement) {
            return new EvaluationTrack(value, step, 0, step, value);
        }
        return new EvaluationTrack(track.best(), track.bestStep(), track.misses() + 1, step, value);
    }

    /**
     * Whether training ends at {@code step}. All processes know an evaluation once the step after it is decided, hence one
     * step later.
     */
    boolean endsAt(@Nullable EvaluationTrack track, long step) {
        return patience > 0 && track != null && track.misses() >= patience && step > track.step();
    }
}
