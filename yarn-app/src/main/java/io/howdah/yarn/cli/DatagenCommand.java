// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.preprocess.datagen.DatagenKeys;
import io.howdah.yarn.client.DataGeneration;
import io.howdah.yarn.config.JobConfiguration;
import java.io.PrintStream;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code datagen KIND}: writes a dataset drawn from a known distribution to the cluster's file system. */
class DatagenCommand extends Command {
    @Parameters(arity = "0..1", paramLabel = "KIND", description = "what to draw, instead of howdah.datagen.kind")
    private @Nullable String kind;

    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        if (kind != null) {
            hadoop.set(DatagenKeys.KIND.name(), kind);
        }
        DataGeneration.run(hadoop, JobConfiguration.parse(hadoop), printer);
        return DONE;
    }
}
