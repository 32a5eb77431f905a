// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.bench.Measurement;
import io.howdah.ps.RemoteParameterStore;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.train.ResumePoint;
import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.Surroundings;
import io.howdah.trainer.train.TrainSettings;
import io.howdah.trainer.train.TrainingListener;
import io.howdah.trainer.train.TrainingLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A worker's process: trains with the server, prints a line when the first half of the steps, which only warms up, is over, and
 * at the end its median seconds per step of the other half.
 */
public final class WorkerMain {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private WorkerMain() {}

    /** @param arguments number of the worker, the server's port, and those of {@link Arguments} */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int worker = Integer.parseInt(arguments[0]);
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1]));
        Arguments parsed = Arguments.parse(Arrays.copyOfRange(arguments, 2, arguments.length));
        Config config = parsed.config();
        SyncSettings sync = parsed.sync();
        StepTimes times = new StepTimes(parsed.steps());
        try (Dataset dataset = parsed.task().dataset(parsed.workers());
                ParameterStore store =
                        new RemoteParameterStore(sync, worker, List.of(server), Arguments.identity(), TIMEOUT)) {
            TrainSettings all = TrainSettings.of(config, sync, List.of(worker), 0);
            TrainSettings settings = new TrainSettings(
                    parsed.steps(),
                    all.batchRows(),
                    all.accumulation(),
                    all.seed(),
                    all.share(),
                    all.precision(),
                    all.learningRate(),
                    all.checkpoints(),
                    all.evaluation(),
                    all.search());
            new TrainingLoop(
                            parsed.task().model(config),
                            dataset,
                            store,
                            settings,
                            new Surroundings(List.of(times), null, null, System::nanoTime))
                    .run(ResumePoint.start(parsed.workers()));
        }
        System.out.println(times.median());
    }

    /** Seconds of the steps; compilers of three processes are busy during the first half. */
    private static final class StepTimes implements TrainingListener {
        private final double[] seconds;
        private int count;
        private long last = System.nanoTime();

        StepTimes(int steps) {
            seconds = new double[steps];
        }

        @Override
        public void onStep(StepProgress progress) {
            long now = System.nanoTime();
            seconds[count++] = (now - last) * 1e-9;
            last = now;
            if (count == warm()) {
                System.out.println("warm");
            }
        }

        private int warm() {
            return seconds.length / 2;
        }

        double median() {
            return Measurement.median(Arrays.copyOfRange(seconds, warm(), count));
        }
    }
}
