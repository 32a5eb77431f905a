// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.yarn.client.JobLines;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.GenerationJob;
import io.howdah.yarn.generate.GenerationSummary;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code generate} and {@code distill}: the MapReduce job in which a model writes behind prompts. */
class GenerateCommand extends Command {
    private final GenerationJob.Kind kind;

    @Option(names = "--json", description = "also writes the figures to this local file")
    private @Nullable Path json;

    GenerateCommand(GenerationJob.Kind kind) {
        this.kind = kind;
    }

    @Override
    protected final int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Configuration where = where(hadoop);
        GenerationSummary summary =
                GenerationJob.run(where, JobConfiguration.parse(where), kind, new JobLines(printer, kind.toString()));
        summary.print(printer);
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(summary.json()));
        }
        return DONE;
    }

    /** The configuration of the cluster, or of this process. */
    Configuration where(Configuration hadoop) {
        return hadoop;
    }
}
