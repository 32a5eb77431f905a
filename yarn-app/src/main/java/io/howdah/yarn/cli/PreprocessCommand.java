// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.client.Preprocessing;
import io.howdah.yarn.config.JobConfiguration;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;

/** {@code preprocess}: runs the MapReduce job that turns raw data into shards. */
final class PreprocessCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Config config = JobConfiguration.parse(hadoop);
        Preprocessing.run(hadoop, config, printer);
        return DONE;
    }
}
