// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.mapreduce.JobID;
import org.jspecify.annotations.Nullable;

/** Why tasks failed that run in the client's own process, where MapReduce does not tell. */
final class TaskFailures {
    private static final Map<String, String> MESSAGES = new ConcurrentHashMap<>();

    private TaskFailures() {}

    /** Keeps the first failure of a job. */
    static void note(JobID job, Exception failure) {
        MESSAGES.putIfAbsent(job.toString(), String.valueOf(failure.getMessage()));
    }

    /** The first failure of a job that ran in this process, or null; it is forgotten. */
    static @Nullable String take(@Nullable JobID job) {
        return job == null ? null : MESSAGES.remove(job.toString());
    }
}
