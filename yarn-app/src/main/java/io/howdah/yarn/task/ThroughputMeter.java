// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.TrainingListener;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Keeps the newest step's numbers for heartbeats; the throughput is smoothed over about twenty steps. */
final class ThroughputMeter implements TrainingListener {
    private static final double WEIGHT = 0.05;

    private final LongSupplier clockMillis;
    private volatile @Nullable Reading newest;

    ThroughputMeter(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    @Override
    public void onStep(StepProgress progress) {
        Reading before = newest;
        newest = before == null
                ? new Reading(progress, progress.examplesPerSecond(), clockMillis.getAsLong())
                : new Reading(
                        progress,
                        before.perSecond + WEIGHT * (progress.examplesPerSecond() - before.perSecond),
                        before.firstStepMillis);
    }

    /** Adds the numbers, once there are some. */
    void report(TaskMetrics.Builder metrics) {
        Reading reading = newest;
        if (reading != null) {
            metrics.setStep(reading.progress.step())
                    .setLossSum(reading.progress.outcome().lossSum())
                    .setSamples(reading.progress.outcome().samples())
                    .setSamplesPerSecond(reading.perSecond)
                    .setFirstStepMillis(reading.firstStepMillis);
        }
    }

    private record Reading(StepProgress progress, double perSecond, long firstStepMillis) {}
}
