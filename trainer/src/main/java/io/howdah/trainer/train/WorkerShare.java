// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.sync.Consistency;
import java.util.List;

/**
 * Which part of the global batch a process computes.
 *
 * @param logicalWorkers V
 * @param own logical workers of this process, ascending; the process that holds 0 writes the checkpoints
 * @param attempt attempt of this process, for the parameter store
 * @param consistency how far this process may be ahead of others
 */
public record WorkerShare(int logicalWorkers, List<Integer> own, int attempt, Consistency consistency) {
    /** A part in synchronous training. */
    public WorkerShare(int logicalWorkers, List<Integer> own, int attempt) {
        this(logicalWorkers, own, attempt, Consistency.SYNC);
    }

    public WorkerShare {
        own = List.copyOf(own);
        for (int worker : own) {
            if (worker < 0 || worker >= logicalWorkers) {
                throw new IllegalArgumentException("Cannot train: ownWorkers=" + own + ", expected numbers below "
                        + logicalWorkers + " logical workers; correct the assignment");
            }
        }
    }

    /** Whether this process brings the first weights and writes the checkpoints. */
    public boolean leads() {
        return own.contains(0);
    }
}
