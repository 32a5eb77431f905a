// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import io.howdah.bench.decode.DecodeCommand;
import io.howdah.bench.distributed.DistributedCommand;
import io.howdah.bench.ops.OpsCommand;
import io.howdah.bench.ps.PsCommand;
import io.howdah.bench.scaling.SimulateCommand;
import io.howdah.bench.train.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code scripts/howdah bench} and {@code scripts/howdah simulate}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures Howdah, beside its peers where they are installed.",
        subcommands = {
            OpsCommand.class,
            TrainCommand.class,
            DecodeCommand.class,
            DistributedCommand.class,
            PsCommand.class,
            JmhCommand.class,
            SimulateCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class BenchMain {
    private BenchMain() {}

    /** @param arguments name of a benchmark and its options */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain()).execute(arguments));
    }
}
