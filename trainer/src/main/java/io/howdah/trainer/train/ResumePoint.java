// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.Position;
import java.util.Collections;
import java.util.List;

/**
 * A step at which the reading positions of all logical workers are known.
 *
 * @param step decided steps
 * @param positions position of each logical worker
 */
public record ResumePoint(long step, List<Position> positions) {
    /** The beginning of a training with {@code logicalWorkers} slices. */
    public static ResumePoint start(int logicalWorkers) {
        return new ResumePoint(0, Collections.nCopies(logicalWorkers, Position.START));
    }

    /** The checkpoint that the parameter store was restored from. */
    public static ResumePoint of(Manifest manifest) {
        return new ResumePoint(manifest.step(), manifest.positions());
    }
}
