// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.hdfs.HdfsBlobStore;
import io.howdah.ps.ParameterServer;
import io.howdah.ps.ServerPlace;
import io.howdah.ps.wire.Counters;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSize;
import io.howdah.trainer.train.TrainSettings;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A parameter-server container: serves until it is told to stop. */
final class ServerTask implements Task {
    /** There is one generation while a job does not survive its containers. */
    private static final long GENERATION = 1;

    private final TaskContext context;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile @Nullable ParameterServer server;

    ServerTask(TaskContext context) {
        this.context = context;
    }

    @Override
    public int prepare() throws Exception {
        int servers = context.config().getInt(YarnKeys.SERVERS);
        SyncSettings sync =
                TrainSettings.sync(context.config(), context.config().getInt(YarnKeys.WORKERS));
        HdfsBlobStore blobs = TrainingSession.checkpoints(context.hadoop(), context.config());
        ParameterServer started = new ParameterServer(
                sync,
                new ServerPlace(context.id().index(), servers),
                context.identity(GENERATION),
                blobs,
                TrainingSession.resumed(blobs, context.config()));
        server = started;
        CompletableFuture<Void> unused = started.failure().thenAccept(ended::complete);
        return started.start(new InetSocketAddress(0));
    }

    @Override
    public Map<String, String> run(Assignment assignment) throws Exception {
        ParameterServer serving = server;
        if (serving == null) {
            throw new IllegalStateException(
                    "Cannot serve: not prepared, expected prepare() first; report this as a bug");
        }
        serving.connect(Endpoints.of(assignment), Endpoints.CONNECT_TIMEOUT);
        String failure = ended.get();
        if (!failure.isEmpty()) {
            throw new IllegalStateException(failure);
        }
        return Map.of();
    }

    @Override
    public void stop() {
        ended.complete("");
    }

    @Override
    public void report(TaskMetrics.Builder metrics) {
        metrics.setPhase("serving");
        ParameterServer serving = server;
        if (serving != null) {
            metrics.putAllCounters(serving.counters().values());
            for (TableSize size : serving.tableSizes()) {
                metrics.putCounters("table." + size.table() + ".rows", size.rows());
                metrics.putCounters("table." + size.table() + ".candidates", size.candidates());
                metrics.putCounters("table." + size.table() + ".bytes", size.bytes());
            }
        }
    }

    @Override
    public Counters counters() {
        ParameterServer serving = server;
        return serving == null ? Task.super.counters() : serving.counters();
    }

    @Override
    public List<TableSize> tableSizes() {
        ParameterServer serving = server;
        return serving == null ? Task.super.tableSizes() : serving.tableSizes();
    }

    @Override
    public void close() {
        ParameterServer serving = server;
        if (serving != null) {
            serving.close();
        }
    }
}
