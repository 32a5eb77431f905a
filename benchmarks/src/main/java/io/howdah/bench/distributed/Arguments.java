// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.ps.wire.JobIdentity;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.optim.Better;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import java.util.List;

/**
 * What the command tells the processes.
 *
 * @param task what is trained
 * @param precision float32 or bfloat16
 * @param workers number of worker processes
 * @param steps steps of the training
 */
record Arguments(Task task, DType precision, int workers, int steps) {
    private static final int SECRET_BYTES = 32;

    static Arguments parse(String[] words) {
        return new Arguments(
                Task.valueOf(words[0]), DType.named(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
    }

    List<String> words() {
        return List.of(task.name(), precision.toString(), Integer.toString(workers), Integer.toString(steps));
    }

    Config config() {
        return task.config(precision, workers);
    }

    SyncSettings sync() {
        return SyncSettings.of(config(), workers, steps, Better.LOWER);
    }

    /** The processes run for one measurement on random data; there is no secret to keep. */
    static JobIdentity identity() {
        return new JobIdentity("benchmark", 1, new byte[SECRET_BYTES]);
    }
}
