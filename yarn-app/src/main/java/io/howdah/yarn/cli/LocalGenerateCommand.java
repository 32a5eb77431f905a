// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.generate.GenerationJob;
import org.apache.hadoop.conf.Configuration;

/** {@code local generate} and {@code local distill}: the same job in this process, which it has for itself. */
final class LocalGenerateCommand extends GenerateCommand {
    LocalGenerateCommand(GenerationJob.Kind kind) {
        super(kind);
    }

    @Override
    Configuration where(Configuration hadoop) {
        return alone(hadoop);
    }

    /** MapReduce in this process, with one task on all its cores unless the user wants it otherwise. */
    static Configuration alone(Configuration hadoop) {
        Configuration here = LocalTrainCommand.withoutCluster(hadoop);
        here.set("mapreduce.framework.name", "local");
        here.setIfUnset(GenerateKeys.TASKS.name(), "1");
        here.setIfUnset(
                GenerateKeys.VCORES.name(),
                Integer.toString(Runtime.getRuntime().availableProcessors()));
        return here;
    }
}
