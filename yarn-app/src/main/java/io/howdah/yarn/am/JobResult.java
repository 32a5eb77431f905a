// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.util.List;
import java.util.Map;

/**
 * How a job ended; written as JSON beside its output.
 *
 * @param kind {@code train} or {@code evaluate}
 * @param applicationId YARN's name of the application
 * @param state SUCCEEDED, FAILED or KILLED
 * @param diagnostics one line; empty if it succeeded
 * @param steps decided steps
 * @param firstStepMillis wall clock, in ms since 1970, when the first step was decided; 0 if none was
 * @param results what the leading task reported
 * @param tasks every task
 */
public record JobResult(
        String kind,
        String applicationId,
        State state,
        String diagnostics,
        long steps,
        long firstStepMillis,
        Map<String, String> results,
        List<Task> tasks) {
    /** The ways to end. */
    public enum State {
        SUCCEEDED,
        FAILED,
        KILLED
    }

    /**
     * One task, with its memory in MiB.
     *
     * @param role server, worker or evaluator
     * @param index which of its role
     * @param containerId its container
     * @param host where it ran
     * @param containerMb what YARN was asked for
     * @param heapMb limit of the heap
     * @param directMb limit of direct memory, the tensor pool included
     * @param poolPeakMb most that tensors used
     * @param residentPeakMb most memory that the process really had
     */
    public record Task(
            String role,
            int index,
            String containerId,
            String host,
            int containerMb,
            int heapMb,
            int directMb,
            long poolPeakMb,
            long residentPeakMb) {}
}
