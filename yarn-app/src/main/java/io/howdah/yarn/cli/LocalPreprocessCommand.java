// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.client.Preprocessing;
import io.howdah.yarn.config.JobConfiguration;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;

/** {@code local preprocess}: the MapReduce job in this process. */
final class LocalPreprocessCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Config config = JobConfiguration.parse(hadoop);
        Configuration here = LocalTrainCommand.withoutCluster(hadoop);
        here.set("mapreduce.framework.name", "local");
        Preprocessing.run(here, config, printer);
        return DONE;
    }
}
