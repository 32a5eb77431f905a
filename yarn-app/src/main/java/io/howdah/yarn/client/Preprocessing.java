// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.preprocess.PreprocessJob;
import io.howdah.preprocess.PreprocessKeys;
import io.howdah.preprocess.PreprocessResult;
import io.howdah.trainer.config.Config;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** Runs the MapReduce job and shows its progress and result. */
public final class Preprocessing {
    private Preprocessing() {}

    /** Runs the job that {@code config} describes on the cluster, or local runner, that {@code hadoop} names. */
    public static void run(Configuration hadoop, Config config, PrintStream printer)
            throws IOException, InterruptedException {
        PreprocessResult result = PreprocessJob.run(hadoop, config, new JobLines(printer, "preprocess"));
        printer.println();
        printer.printf(
                Locale.ROOT,
                "%-28s %,d train, %,d held out%n",
                "documents",
                result.trainDocuments(),
                result.heldoutDocuments());
        printer.printf(Locale.ROOT, "%-28s %s%n", "dropped", PreprocessResult.describe(result.dropped()));
        printer.printf(
                Locale.ROOT, "%-28s %,d train, %,d held out%n", "rows", result.trainRows(), result.heldoutRows());
        printer.printf(Locale.ROOT, "%-28s %,d%n", "bytes", result.bytes());
        printer.printf(Locale.ROOT, "%-28s %.1f s%n", "time", result.millis() / 1e3);
        printer.printf(Locale.ROOT, "%-28s %s%n", "output", config.get(PreprocessKeys.OUTPUT));
    }
}
