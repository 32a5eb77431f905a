// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.Position;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step at which the reading positions of all logical workers are known.
 *
 * @param step decided steps
 * @param appliedSteps steps that moved the weights
 * @param positions position of each logical worker
 * @param track the evaluations so far, or null before the first
 * @param rate what evaluations made of the learning rate, or empty
 */
public record ResumePoint(
        long step,
        long appliedSteps,
        List<Position> positions,
        @Nullable EvaluationTrack track,
        Map<String, String> rate) {
    /** The beginning of a training with {@code logicalWorkers} slices. */
    public static ResumePoint start(int logicalWorkers) {
        return new ResumePoint(0, 0, Collections.nCopies(logicalWorkers, Position.START), null, Map.of());
    }

    /** The checkpoint that the parameter store was restored from. */
    public static ResumePoint of(Manifest manifest) {
        return new ResumePoint(
                manifest.step(), manifest.appliedSteps(), manifest.positions(), manifest.track(), manifest.rate());
    }
}
