// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.JobKind;
import io.howdah.yarn.am.JobResult;
import io.howdah.yarn.client.ProgressLine;
import io.howdah.yarn.client.RunningJob;
import io.howdah.yarn.client.Submission;
import io.howdah.yarn.client.Summary;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.client.api.YarnClient;

/** Submits a job, shows its progress, prints its summary. */
final class Application {
    private final Configuration hadoop;
    private final Config config;
    private final PrintStream printer;

    Application(Configuration hadoop, Config config, PrintStream printer) {
        this.hadoop = hadoop;
        this.config = config;
        this.printer = printer;
    }

    int run(JobKind kind, Following following) throws Exception {
        try (YarnClient yarn = YarnClient.createYarnClient()) {
            yarn.init(hadoop);
            yarn.start();
            long submitted = System.currentTimeMillis();
            RunningJob job = new Submission(hadoop, config, yarn).submit(kind);
            printer.println("Submitted application " + job.id());
            printer.println("The url to track the job: " + job.trackingUrl());
            printer.println("To end it: yarn application -kill " + job.id());
            if (following == Following.DETACHED) {
                return Command.DONE;
            }
            JobResult result;
            try (ProgressLine progress = ProgressLine.on(printer, kind.toString())) {
                result = job.await(progress::show);
            }
            new Summary(config, result, submitted, System.currentTimeMillis()).print(printer);
            return Command.DONE;
        }
    }
}
