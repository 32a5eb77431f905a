// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.preprocess.PreprocessJob;
import io.howdah.preprocess.PreprocessKeys;
import io.howdah.preprocess.JobListener;
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
        PreprocessResult result = PreprocessJob.run(hadoop, config, new Lines(printer));
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

    /** One line when something has changed. */
    private static final class Lines implements JobListener {
        private static final int STEP_PERCENT = 25;

        private final PrintStream printer;
        private int shownPercent = -1;

        Lines(PrintStream printer) {
            this.printer = printer;
        }

        @Override
        public void submitted(String job, String trackingUrl) {
            printer.println("Submitted job " + job);
            printer.println("The url to track the job: " + trackingUrl);
        }

        @Override
        public void progressed(float maps, float reduces) {
            int percent = (int) (50 * (maps + reduces));
            if (percent / STEP_PERCENT != shownPercent / STEP_PERCENT || shownPercent < 0) {
                shownPercent = percent;
                printer.printf(Locale.ROOT, "preprocess  map %.0f %%  reduce %.0f %%%n", 100 * maps, 100 * reduces);
            }
        }
    }
}
