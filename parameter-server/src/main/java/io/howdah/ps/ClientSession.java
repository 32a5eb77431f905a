// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.InitialWeights;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.proto.RequestFailed;
import io.howdah.ps.proto.Snapshot;
import io.howdah.ps.proto.SnapshotWritten;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.AssembledChunk;
import io.howdah.trainer.sync.ChunkAssembler;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.RowCutter;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The worker's side of the conversation with all servers. On the transport's thread. */
final class ClientSession {
    private final SyncSettings settings;
    private final List<InetSocketAddress> addresses;
    private final @Nullable Connection[] connections;
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private final List<Runnable> whenConnected = new ArrayList<>();
    private final Map<Long, PendingPull> pulls = new HashMap<>();
    private final Map<Long, PendingSnapshot> snapshots = new HashMap<>();
    private final Map<Long, List<CompletableFuture<StepOutcome>>> awaitingOutcome = new HashMap<>();
    private @Nullable Model model;
    private @Nullable Throwable failure;
    private long nextRequest;
    private volatile float lossScale;

    ClientSession(SyncSettings settings, List<InetSocketAddress> addresses) {
        this.settings = settings;
        this.addresses = List.copyOf(addresses);
        this.connections = new Connection[addresses.size()];
        this.lossScale = settings.initialScaler().scale();
    }

    /** What is agreed, and what came of agreeing. */
    private final class Model {
        private final ParameterTable table;
        private final List<ShardRange> ranges;
        private final ChunkAssembler assembler;
        private final RowCutter cutter;
        private final RowPulls rowPulls;
        private final @Nullable List<Tensor> weights;
        private final @Nullable Long[] versions = new Long[addresses.size()];
        private final CompletableFuture<Long> initialised;

        Model(ParameterTable table, @Nullable List<Tensor> weights, CompletableFuture<Long> initialised) {
            this.table = table;
            this.ranges = settings.ranges(table, addresses.size());
            this.assembler = new ChunkAssembler(table, ranges, ClientSession.this::send);
            Placement placement = new Placement(addresses.size());
            this.cutter = new RowCutter(
                    table.tables(),
                    placement,
                    (server, rows, bytes, fill) ->
                            connection(server).send(FrameType.ROW_GRADIENT, Messages.rows(rows), bytes, fill));
            this.rowPulls = new RowPulls(
                    placement,
                    (server, type, header, bytes, fill) -> connection(server).send(type, header, bytes, fill));
            this.weights = weights;
            this.initialised = initialised;
        }
    }

    float lossScale() {
        return lossScale;
    }

    /** Runs a caller's request; if it is refused, its future alone fails. */
    <T> void run(CompletableFuture<T> future, Consumer<CompletableFuture<T>> call) {
        if (failure != null) {
            future.completeExceptionally(failure);
            return;
        }
        open.add(future);
        var unused = future.whenComplete((result, problem) -> open.remove(future));
        try {
            call.accept(future);
        } catch (IllegalArgumentException | IllegalStateException e) {
            future.completeExceptionally(e);
        }
    }

    /** Nothing can go on: fails what waits and whatever is asked from now on. */
    void fail(Throwable cause) {
        if (failure != null) {
            return;
        }
        failure = cause;
        whenConnected.clear();
        pulls.clear();
        if (model != null) {
            model.rowPulls.clear();
        }
        snapshots.clear();
        awaitingOutcome.clear();
        List.copyOf(open).forEach(future -> future.completeExceptionally(cause));
    }

    void initialise(ParameterTable table, @Nullable List<Tensor> weights, CompletableFuture<Long> future) {
        if (model != null) {
            throw new IllegalStateException("Cannot initialise parameters: this process has done so, expected one call;"
                    + " keep the store and its version");
        }
        Model created = new Model(table, weights, future);
        model = created;
        whenConnected.add(() -> {
            Initialise request = Initialise.newBuilder()
                    .setServers(addresses.size())
                    .setLogicalWorkers(settings.logicalWorkers())
                    .setChunkElements(settings.chunkElements())
                    .setHasWeights(weights != null)
                    .build();
            byte[] body = Messages.table(created.table).toByteArray();
            for (int server = 0; server < connections.length; server++) {
                connection(server).send(FrameType.INITIALISE, request, body.length, into -> into.put(body));
            }
        });
        runIfConnected();
    }

    private void runIfConnected() {
        if (!Arrays.asList(connections).contains(null)) {
            List<Runnable> due = List.copyOf(whenConnected);
            whenConnected.clear();
            due.forEach(Runnable::run);
        }
    }

    private Connection connection(int server) {
        Connection connection = connections[server];
        if (connection == null) {
            throw new IllegalStateException("Cannot use parameter store: server " + server
                    + " is not connected, expected initialise() to complete first");
        }
        return connection;
    }

    private Model model() {
        if (model == null) {
            throw new IllegalStateException(
                    "Cannot use parameter store: no parameters are agreed, expected initialise() first");
        }
        return model;
    }

    private void sendWeights(int server) {
        Model current = model();
        List<Tensor> weights = current.weights;
        if (weights == null) {
            throw new IllegalArgumentException("Cannot send weights: this process has none");
        }
        ChunkAssembler loader = new ChunkAssembler(
                current.table,
                List.of(current.ranges.get(server)),
                chunk -> connection(server)
                        .send(
                                FrameType.INITIAL_WEIGHTS,
                                InitialWeights.newBuilder()
                                        .setChunk(chunk.contribution().chunk())
                                        .build(),
                                chunk.payload()));
        for (int i = 0; i < weights.size(); i++) {
            loader.addWeights(i, weights.get(i).buffer(), () -> {});
        }
    }

    private void initialised(int server, Initialised answer) {
        Model current = model();
        current.versions[server] = answer.getVersion();
        if (server == 0) {
            lossScale = answer.getLossScale();
        }
        if (Arrays.asList(current.versions).contains(null)) {
            return;
        }
        for (Long version : current.versions) {
            if (version == null || version != answer.getVersion()) {
                fail(new IllegalStateException("Cannot initialise parameters: versions="
                        + Arrays.toString(current.versions) + ", expected one on all servers; restart the job from"
                        + " its last checkpoint"));
                return;
            }
        }
        current.initialised.complete(answer.getVersion());
    }

    void push(Push push, DType dtype, ByteBuffer bytes, CompletableFuture<Void> future) {
        model().assembler.push(push, dtype, bytes, () -> future.complete(null));
    }

    void pushRows(RowPush push, long[] ids, DType dtype, ByteBuffer bytes, CompletableFuture<Void> future) {
        model().cutter.push(push, ids, dtype, bytes);
        future.complete(null);
    }

    void pullRows(int table, long[] ids, long minimumVersion, Tensor into, CompletableFuture<Long> future) {
        Model current = model();
        int width = RowCutter.checkPull(current.table.tables(), table, ids, into);
        current.rowPulls.pull(table, width, ids, minimumVersion, into, future);
    }

    private void send(AssembledChunk chunk) {
        connection(chunk.shard()).send(FrameType.GRADIENT, Messages.gradient(chunk.contribution()), chunk.payload());
    }

    void finish(StepReport report, CompletableFuture<StepOutcome> future) {
        model().assembler.finish(report);
        model().cutter.finish(report);
        awaitingOutcome
                .computeIfAbsent(report.step(), absent -> new ArrayList<>())
                .add(future);
        connection(0).send(FrameType.WORKER_REPORT, Messages.report(report));
    }

    private void decided(StepOutcome outcome) {
        lossScale = outcome.nextLossScale();
        List<CompletableFuture<StepOutcome>> waiting = awaitingOutcome.remove(outcome.step());
        if (waiting != null) {
            waiting.forEach(future -> future.complete(outcome));
        }
    }

    void pull(int parameter, long minimumVersion, Tensor into, CompletableFuture<Long> future) {
        Model current = model();
        ByteBuffer bytes = into.buffer();
        long from = current.table.offset(parameter);
        long to = current.table.offset(parameter + 1);
        if (into.elements() != to - from) {
            throw new IllegalArgumentException("Cannot pull weights: name="
                    + current.table.specs().get(parameter).name() + " shape=" + into.shape() + ", expected "
                    + current.table.specs().get(parameter).shape() + "; pull into the shape of the parameter");
        }
        long request = nextRequest++;
        Pull.Builder pull = Pull.newBuilder()
                .setRequest(request)
                .setMinimumVersion(minimumVersion)
                .setDtype(Messages.dtype(into.dtype()));
        pulls.put(request, new PendingPull(future, bytes, from, into.dtype().bytes()));
        for (int server = 0; server < current.ranges.size(); server++) {
            ShardRange range = current.ranges.get(server);
            long pieceFrom = Math.max(from, range.from());
            long pieceTo = Math.min(to, range.to());
            boolean emptyParameter = from == to && server == 0;
            if (pieceFrom < pieceTo || emptyParameter) {
                long start = emptyParameter ? range.from() : pieceFrom;
                pull.setFrom(start).setTo(emptyParameter ? start : pieceTo);
                connection(server).send(FrameType.PULL, pull.build());
            }
        }
    }

    private void pulled(Pulled piece) {
        PendingPull pull = pulls.get(piece.getRequest());
        if (pull != null && pull.arrived(piece)) {
            pulls.remove(piece.getRequest());
            pull.future().complete(pull.version());
        }
    }

    void snapshot(long version, String set, CompletableFuture<List<BlobInfo>> future) {
        long request = nextRequest++;
        snapshots.put(request, new PendingSnapshot(future, connections.length));
        Snapshot message = Snapshot.newBuilder()
                .setRequest(request)
                .setVersion(version)
                .setSet(set)
                .build();
        for (int server = 0; server < connections.length; server++) {
            connection(server).send(FrameType.SNAPSHOT, message);
        }
    }

    private void written(int server, SnapshotWritten answer) {
        PendingSnapshot snapshot = snapshots.get(answer.getRequest());
        BlobInfo blob = new BlobInfo(answer.getBlob(), answer.getBytes(), answer.getCrc32C());
        if (snapshot != null && snapshot.written(server, blob)) {
            snapshots.remove(answer.getRequest());
            snapshot.future().complete(snapshot.blobs());
        }
    }

    private void refused(RequestFailed answer) {
        PendingSnapshot snapshot = snapshots.remove(answer.getRequest());
        if (snapshot != null) {
            snapshot.future().completeExceptionally(new IllegalStateException(answer.getReason()));
        }
    }

    /** What is heard from server {@code server}. */
    ConnectionListener link(int server) {
        return new ServerLink(server);
    }

    private final class ServerLink implements ConnectionListener {
        private final int server;

        ServerLink(int server) {
            this.server = server;
        }

        @Override
        public void opened(Connection connection) {
            connections[server] = connection;
            runIfConnected();
        }

        @Override
        public @Nullable ByteBuffer destination(
                Connection connection, FrameType type, MessageLite header, int bodyLength) {
            if (type == FrameType.PULLED) {
                PendingPull pull = pulls.get(((Pulled) header).getRequest());
                return pull == null ? null : pull.destination((Pulled) header, bodyLength);
            }
            return null;
        }

        @Override
        public void received(Connection connection, ReceivedFrame frame) {
            if (frame.type() == FrameType.PULLED_ROWS) {
                model().rowPulls.pulled(frame);
                return;
            }
            frame.body().release(); // weights went to their tensor directly
            switch (frame.type()) {
                case SEND_WEIGHTS -> sendWeights(server);
                case INITIALISED -> initialised(server, frame.header(Initialised.class));
                case OUTCOME -> decided(Messages.outcome(frame.header(Outcome.class)));
                case PULLED -> pulled(frame.header(Pulled.class));
                case SNAPSHOT_WRITTEN -> written(server, frame.header(SnapshotWritten.class));
                case REQUEST_FAILED -> refused(frame.header(RequestFailed.class));
                case FAILURE ->
                    fail(new IllegalStateException(frame.header(Failure.class).getReason()));
                default ->
                    throw new IllegalArgumentException("Cannot handle frame: type=" + frame.type()
                            + ", expected one for workers; both ends must run the same version");
            }
        }

        @Override
        public void writable(Connection connection) {
            // Gradients wait in the memory of their tensors; nothing is produced here.
        }

        @Override
        public void closed(Connection connection, String reason) {
            String address = String.valueOf(addresses.get(server));
            fail(new IllegalStateException(LostServer.message("server " + server, address, reason)));
        }
    }
}
