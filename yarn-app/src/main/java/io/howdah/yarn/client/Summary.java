// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.am.JobResult;
import java.io.PrintStream;
import java.util.Locale;

/**
 * What a user wants to know of a job that has ended.
 *
 * @param config the job's settings
 * @param result how it ended
 * @param submittedMillis wall clock at submission
 * @param endedMillis wall clock at the end
 */
public record Summary(Config config, JobResult result, long submittedMillis, long endedMillis) {
    /** Prints results, times and memory. */
    public void print(PrintStream printer) {
        printer.println();
        result.results().forEach((name, value) -> printer.printf(Locale.ROOT, "%-28s %s%n", name, value));
        if (result.firstStepMillis() > 0) {
            printer.printf(
                    Locale.ROOT,
                    "%-28s %.1f s%n",
                    "submit to first step",
                    (result.firstStepMillis() - submittedMillis) / 1e3);
            printer.printf(Locale.ROOT, "%-28s %d%n", "steps", result.steps());
        }
        printer.printf(Locale.ROOT, "%-28s %.1f s%n", "submit to end", (endedMillis - submittedMillis) / 1e3);
        printer.printf(Locale.ROOT, "%-28s %s%n", "output", config.get(TrainKeys.OUTPUT));
        printer.println();
        printer.printf(
                "%-12s %-10s %10s %10s %10s %10s %14s%n",
                "container", "host", "asked MiB", "heap max", "direct max", "pool peak", "resident peak");
        for (JobResult.Task task : result.tasks()) {
            printer.printf(
                    "%-12s %-10s %10d %10d %10d %10d %14d%n",
                    task.role() + " " + task.index(),
                    task.host(),
                    task.containerMb(),
                    task.heapMb(),
                    task.directMb(),
                    task.poolPeakMb(),
                    task.residentPeakMb());
        }
    }
}
