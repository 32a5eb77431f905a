// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.JobKind;
import io.howdah.yarn.client.JobChecks;
import io.howdah.yarn.client.TrainingLength;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.task.Pretraining;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Option;

/** {@code train}: submits a training application and follows it to its end. */
final class TrainCommand extends Command {
    @Option(names = "--detach", description = "return once the application is submitted")
    private boolean detach;

    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Config config = TrainingLength.resolve(hadoop, JobConfiguration.parse(hadoop));
        JobChecks.checkReplication(config);
        JobChecks.checkInput(hadoop, config);
        JobChecks.checkOutput(hadoop, config);
        Pretraining.completed(hadoop, config);
        return new Application(hadoop, config, printer)
                .run(JobKind.TRAIN, detach ? Following.DETACHED : Following.TO_THE_END);
    }
}
