// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.RemoteParameterStore;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainingResult;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A worker container: trains its logical workers' slices with the job's parameter servers. */
final class WorkerTask implements Task {
    private final TaskContext context;
    private final ThroughputMeter meter = new ThroughputMeter(System::currentTimeMillis);
    private volatile String phase = "starting";
    private volatile @Nullable TrainingSession session;
    private volatile Counters counters = new Counters();
    private @Nullable RemoteParameterStore open;
    private @Nullable Assignment latest;

    WorkerTask(TaskContext context) {
        this.context = context;
    }

    @Override
    public int prepare() throws IOException {
        TrainingSession opened = new TrainingSession(context.hadoop(), context.config(), name -> phase = name);
        session = opened;
        opened.warmUp();
        return 0;
    }

    @Override
    public Map<String, String> run(Assignment assignment) throws Exception {
        TrainingSession training = session;
        if (training == null) {
            throw new IllegalStateException(
                    "Cannot train: not prepared, expected prepare() first; report this as a bug");
        }
        SyncSettings sync = SyncSettings.of(
                context.config(), assignment.getWorkers(), context.config().get(TrainKeys.STEPS));
        JobIdentity identity = context.identity(assignment.getGeneration());
        try (RemoteParameterStore store = new RemoteParameterStore(
                sync, context.id().index(), Endpoints.of(assignment), identity, Endpoints.CONNECT_TIMEOUT)) {
            counters = store.counters();
            opened(store, assignment);
            TrainingResult result =
                    training.run(store, sync, Slices.of(context.id().index(), assignment), context.attempt(), meter);
            return training.results(result);
        }
    }

    private synchronized void opened(RemoteParameterStore store, Assignment first) {
        open = store;
        Assignment newest = latest == null ? first : latest;
        if (newest.getShardsCount() > 0) {
            store.assign(Endpoints.membership(newest));
        }
    }

    @Override
    public synchronized void reassign(Assignment assignment) {
        latest = assignment;
        if (open != null) {
            open.assign(Endpoints.membership(assignment));
        }
    }

    @Override
    public void stop() {
        TrainingSession training = session;
        if (training != null) {
            training.stop();
        }
    }

    @Override
    public void report(TaskMetrics.Builder metrics) {
        meter.report(metrics);
        metrics.setPhase(phase);
    }

    @Override
    public Counters counters() {
        return counters;
    }

    @Override
    public void close() throws IOException {
        TrainingSession training = session;
        if (training != null) {
            training.close();
        }
    }
}
