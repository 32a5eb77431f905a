// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainingListener;
import io.howdah.trainer.train.TrainingResult;
import io.howdah.yarn.client.JobChecks;
import io.howdah.yarn.client.JobProgress;
import io.howdah.yarn.client.ProgressLine;
import io.howdah.yarn.client.TrainingLength;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.task.TrainingSession;
import java.io.PrintStream;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.jspecify.annotations.Nullable;

/**
 * {@code local train}: the training loop in this process with a parameter store beside it. It computes all logical workers'
 * slices, so that the weights have the bits that workers in containers reach with the same settings.
 */
final class LocalTrainCommand extends Command {
    @Override
    protected int execute(Configuration hadoop, PrintStream printer) throws Exception {
        Configuration here = withoutCluster(hadoop);
        Config config = TrainingLength.resolve(here, JobConfiguration.parse(hadoop));
        JobChecks.checkInput(here, config);
        JobChecks.checkOutput(here, config);
        MemoryPool.shared().limit(config.get(TrainKeys.POOL_MIB) << 20);
        SyncSettings sync = SyncSettings.of(config, config.getInt(YarnKeys.WORKERS), config.get(TrainKeys.STEPS));
        String[] phase = {"starting"};
        try (ProgressLine line = ProgressLine.on(printer, "train");
                TrainingSession session = new TrainingSession(here, config, name -> phase[0] = name);
                ParameterStore store = new LocalParameterStore(
                        sync, session.blobs(), TrainingSession.resumed(session.blobs(), config))) {
            TrainingResult result = session.run(
                    store,
                    sync,
                    IntStream.range(0, sync.logicalWorkers()).boxed().toList(),
                    0,
                    shownOn(line, phase));
            printer.println();
            session.results(result).forEach((name, value) -> printer.printf(Locale.ROOT, "%-28s %s%n", name, value));
        }
        return DONE;
    }

    /** The same configuration with local files as the default. */
    static Configuration withoutCluster(Configuration hadoop) {
        Configuration here = new Configuration(hadoop);
        here.set(CommonConfigurationKeysPublic.FS_DEFAULT_NAME_KEY, "file:///");
        return here;
    }

    /** Shows steps, and the phases between them. */
    private static TrainingListener shownOn(ProgressLine line, String[] phase) {
        return new TrainingListener() {
            private @Nullable StepProgress newest;

            @Override
            public void onStep(StepProgress progress) {
                newest = progress;
                line.show(look(progress, phase[0]));
            }

            @Override
            public void onEvaluation(long step, Evaluation evaluation) {
                if (newest != null) {
                    line.show(look(newest, phase[0]));
                }
            }
        };
    }

    private static JobProgress look(StepProgress progress, String phase) {
        return new JobProgress(
                "LOCAL", phase, progress.step(), progress.steps(), progress.loss(), progress.examplesPerSecond());
    }
}
