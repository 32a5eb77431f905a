// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.hdfs.HdfsBlobStore;
import io.howdah.ps.Membership;
import io.howdah.ps.ParameterServer;
import io.howdah.ps.ReplicaTable;
import io.howdah.ps.ServerNetwork;
import io.howdah.ps.ServerPlace;
import io.howdah.ps.wire.Counters;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSize;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.am.ApplicationMasterMain;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A parameter-server container: serves until it is told to stop. */
final class ServerTask implements Task {
    /** There is one generation while a job does not survive its containers. */
    private static final long GENERATION = 1;

    private final TaskContext context;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile @Nullable ParameterServer server;
    private volatile @Nullable ParameterServer copy;
    private volatile int copied;
    private volatile int copyPort;

    ServerTask(TaskContext context) {
        this.context = context;
    }

    @Override
    public int prepare() throws Exception {
        HdfsBlobStore blobs = TrainingSession.checkpoints(context.hadoop(), context.config());
        SnapshotSource source = TrainingSession.resumed(blobs, context.config());
        int servers = context.config().getInt(YarnKeys.SERVERS);
        boolean replicates = context.config().get(SyncKeys.REPLICATION).equals("backup");
        BlobStore transfers = replicates
                ? HdfsBlobStore.at(
                        context.hadoop(), ApplicationMasterMain.transfers(context.config(), context.applicationId()))
                : blobs;
        ParameterServer.Storage storage = new ParameterServer.Storage(blobs, source, transfers);
        ParameterServer started = server(context.id().index(), servers, storage);
        server = started;
        if (replicates) {
            copied = ReplicaTable.copyOf(context.id().index(), servers);
            ParameterServer second = server(copied, servers, storage);
            copy = second;
            started.replicate();
            second.replicate();
            copyPort = second.start(new InetSocketAddress(0));
        }
        return started.start(new InetSocketAddress(0));
    }

    private ParameterServer server(int shard, int servers, ParameterServer.Storage storage) {
        SyncSettings sync = SyncSettings.of(
                context.config(),
                context.config().getInt(YarnKeys.WORKERS),
                context.config().get(TrainKeys.STEPS));
        ParameterServer created = new ParameterServer(
                sync,
                new ServerPlace(shard, servers),
                context.id().index(),
                context.identity(GENERATION),
                storage,
                ServerNetwork.PATIENCE);
        CompletableFuture<Void> unused = created.failure().thenAccept(ended::complete);
        return created;
    }

    @Override
    public int copyPort() {
        return copyPort;
    }

    @Override
    public void reassign(Assignment assignment) {
        Membership membership = Endpoints.membership(assignment);
        for (ParameterServer replica : replicas()) {
            replica.assign(membership);
        }
    }

    @Override
    public Map<Integer, Long> followed() {
        Map<Integer, Long> followed = new HashMap<>();
        List<ParameterServer> replicas = replicas();
        if (replicas.size() == 2) {
            followed.put(context.id().index(), replicas.get(0).followedEpoch());
            followed.put(copied, replicas.get(1).followedEpoch());
            followed.values().removeIf(epoch -> epoch < 0);
        }
        return followed;
    }

    private List<ParameterServer> replicas() {
        return Stream.of(server, copy).filter(Objects::nonNull).toList();
    }

    @Override
    public Map<String, String> run(Assignment assignment) throws Exception {
        ParameterServer serving = server;
        if (serving == null) {
            throw new IllegalStateException(
                    "Cannot serve: not prepared, expected prepare() first; report this as a bug");
        }
        if (assignment.getShardsCount() > 0) {
            reassign(assignment);
        } else {
            serving.connect(Endpoints.of(assignment), Endpoints.CONNECT_TIMEOUT);
        }
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
        replicas().forEach(ParameterServer::close);
    }
}
