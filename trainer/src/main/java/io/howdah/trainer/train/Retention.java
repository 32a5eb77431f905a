// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.checkpoint.EvaluationTrack;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes checkpoints that are no longer wanted. The newest, which a resumed training goes on from, always stays. What is
 * to go follows from what is committed, so that a deletion that a crash prevented is made up for later.
 */
final class Retention {
    private Retention() {}

    /** Deletes all sets of steps but the newest ones and the best. */
    static void apply(BlobStore blobs, CheckpointSettings settings, @Nullable EvaluationTrack track)
            throws IOException {
        if (settings.newest() == 0) {
            return;
        }
        List<String> sets = CheckpointReader.ofSteps(blobs.committed());
        Set<String> kept = new HashSet<>(sets.subList(Math.max(0, sets.size() - settings.newest()), sets.size()));
        if (track != null && settings.best() == CheckpointSettings.Best.KEEP) {
            kept.add(CheckpointWriter.setName(track.bestStep()));
        }
        for (String set : sets) {
            if (!kept.contains(set)) {
                blobs.delete(set);
            }
        }
    }
}
