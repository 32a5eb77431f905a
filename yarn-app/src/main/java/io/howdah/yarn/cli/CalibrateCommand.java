// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.trainer.decode.heads.HeadCalibration.Before;
import io.howdah.yarn.client.JobLines;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.CalibrationJob;
import java.io.PrintStream;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** {@code calibrate}: counts how often the heads of a model are right. */
class CalibrateCommand extends Command {
    private static final int SHOWN_RANKS = 4;

    @Override
    protected final int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Configuration where = where(hadoop);
        Config config = JobConfiguration.parse(where);
        HeadCalibration calibration = CalibrationJob.run(where, config, new JobLines(printer, "calibrate"));
        printer.println();
        for (int head = 0; head < calibration.heads(); head++) {
            StringBuilder rates = new StringBuilder();
            for (int rank = 0; rank < Math.min(SHOWN_RANKS, calibration.ranks()); rank++) {
                rates.append(String.format(Locale.ROOT, "%.3f  ", calibration.rate(head, Before.FIRST, rank)));
            }
            printer.printf(
                    Locale.ROOT,
                    "%-28s %sof %,d places%n",
                    "head " + (head + 1) + ", by rank",
                    rates,
                    calibration.places()[head][Before.FIRST.ordinal()]);
        }
        printer.printf(Locale.ROOT, "%-28s %s%n", "output", config.get(GenerateKeys.CALIBRATE_OUTPUT));
        return DONE;
    }

    /** The configuration of the cluster, or of this process. */
    Configuration where(Configuration hadoop) {
        return hadoop;
    }
}
