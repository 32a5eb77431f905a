// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.client.JobChecks;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.task.Measurement;
import java.io.PrintStream;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/** {@code local evaluate}: measures a checkpoint in this process. */
final class LocalEvaluateCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Config config = JobConfiguration.parse(hadoop);
        Configuration here = LocalTrainCommand.withoutCluster(hadoop);
        JobChecks.checkInput(here, config);
        Measurement.run(here, config).forEach((name, value) -> printer.printf(Locale.ROOT, "%-28s %s%n", name, value));
        return DONE;
    }
}
