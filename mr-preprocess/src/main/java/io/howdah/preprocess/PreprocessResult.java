// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a job did.
 *
 * @param job id of the job
 * @param trainDocuments documents in the train part
 * @param heldoutDocuments documents in the held-out part
 * @param dropped dropped documents by reason; reasons that did not occur are missing
 * @param trainRows rows of the train part
 * @param heldoutRows rows of the held-out part
 * @param bytes bytes of all shards
 * @param millis time from submission to the end
 */
public record PreprocessResult(
        String job,
        long trainDocuments,
        long heldoutDocuments,
        Map<DropReason, Long> dropped,
        long trainRows,
        long heldoutRows,
        long bytes,
        long millis) {
    public PreprocessResult {
        dropped = Map.copyOf(dropped);
    }

    /** Documents in both parts. */
    public long kept() {
        return trainDocuments + heldoutDocuments;
    }

    /** Reasons and numbers, for people: {@code duplicate=3 too short=1}, or {@code none}. */
    public static String describe(Map<DropReason, Long> dropped) {
        return dropped.isEmpty()
                ? "none"
                : dropped.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
    }
}
