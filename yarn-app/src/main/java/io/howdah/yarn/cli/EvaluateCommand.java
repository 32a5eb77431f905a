// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.JobKind;
import io.howdah.yarn.client.JobChecks;
import io.howdah.yarn.config.JobConfiguration;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;

/** {@code evaluate}: measures a committed checkpoint on the held-out data in a fresh container. */
final class EvaluateCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Config config = JobConfiguration.parse(hadoop);
        JobChecks.checkInput(hadoop, config);
        JobChecks.checkCheckpoint(hadoop, config);
        return new Application(hadoop, config, printer).run(JobKind.EVALUATE, Following.TO_THE_END);
    }
}
