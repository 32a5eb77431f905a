// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.task.Export;
import java.io.PrintStream;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Option;

/** {@code export}: writes a checkpoint, in this process, as a folder that the Hugging Face library loads. */
class ExportCommand extends Command {
    @Option(names = "--to", required = true, description = "the folder to be made")
    private String to = "";

    @Option(names = "--dtype", description = "float32, bfloat16 or float16")
    private String dtype = DType.FLOAT32.toString();

    @Override
    protected final int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Config config = JobConfiguration.parse(hadoop);
        MemoryPool.shared().limit(config.get(TrainKeys.POOL_MIB) << 20);
        Export.run(files(hadoop), config, new Path(to), DType.named(dtype))
                .forEach((name, value) -> printer.printf(Locale.ROOT, "%-28s %s%n", name, value));
        return DONE;
    }

    /** The configuration whose file system paths without a scheme belong to. */
    Configuration files(Configuration hadoop) {
        return hadoop;
    }
}
