// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.InitialWeights;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.PullRows;
import io.howdah.ps.proto.ShardSquares;
import io.howdah.ps.proto.Snapshot;
import io.howdah.ps.proto.WorkerReport;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepCoordinator;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSize;
import io.howdah.trainer.sync.VersionGate;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server does with the frames it gets: the network's side of shard and coordinator. On the transport's thread. */
public final class ServerSession implements ConnectionListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSession.class);

    private final SyncSettings settings;
    private final ServerPlace place;
    private final SnapshotFiles files;
    private final Counters counters;
    private final ShardFactory shards;
    private final VersionGate gate = new VersionGate();
    private final PullQueue pulls = new PullQueue();
    private final ServerPeers peers = new ServerPeers();
    private final WeightOffers offers = new WeightOffers();
    private final SnapshotRequests snapshots;
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile List<TableSize> tableSizes = List.of();
    private @Nullable ServedModel model;

    /** @param files reads and writes snapshots */
    public ServerSession(SyncSettings settings, ServerPlace place, SnapshotFiles files, Counters counters) {
        this(settings, place, files, counters, ParameterShard::new);
    }

    /** @param shards makes the shard */
    public ServerSession(
            SyncSettings settings, ServerPlace place, SnapshotFiles files, Counters counters, ShardFactory shards) {
        this.settings = settings;
        this.place = place;
        this.files = files;
        this.counters = counters;
        this.shards = shards;
        this.snapshots = new SnapshotRequests(place, files, this::apply);
    }

    /** Completes with the reason once the job cannot go on. */
    public CompletableFuture<String> failure() {
        return failure;
    }

    /** What the sparse tables took after the last step; read from any thread. */
    List<TableSize> tableSizes() {
        return tableSizes;
    }

    @Override
    public void opened(Connection connection) {
        LOG.info("Connected: peer={} address={}", connection.peer(), connection.address());
        peers.add(connection);
        Peer peer = connection.peer();
        StepOutcome last = model == null ? null : model.lastOutcome();
        if (last != null && peer != null && peer.role() == Role.SERVER) {
            connection.send(FrameType.OUTCOME, Messages.outcome(last));
        }
    }

    @Override
    public @Nullable ByteBuffer destination(Connection connection, FrameType type, MessageLite header, int bodyLength) {
        return null;
    }

    @Override
    public void received(Connection connection, ReceivedFrame frame) {
        String failed = failure.getNow(null);
        if (failed != null) {
            frame.body().release();
            connection.send(
                    FrameType.FAILURE, Failure.newBuilder().setReason(failed).build());
        } else if (Addition.isOne(frame.type())) {
            gradient(connection, frame);
        } else {
            try {
                handle(connection, frame);
            } finally {
                frame.body().release();
            }
        }
    }

    private void handle(Connection connection, ReceivedFrame frame) {
        switch (frame.type()) {
            case INITIALISE -> initialise(connection, frame);
            case INITIAL_WEIGHTS -> load(connection, frame);
            case WORKER_REPORT -> report(connection, Messages.report(frame.header(WorkerReport.class)));
            case SHARD_SQUARES -> squares(connection, Messages.squares(frame.header(ShardSquares.class)));
            case OUTCOME -> {
                if (!peers.isDecider(connection)) {
                    throw unexpected(frame.type());
                }
                snapshots.applyWhenIdle(Messages.outcome(frame.header(Outcome.class)));
            }
            case PULL -> pull(connection, new RangeAnswer(frame.header(Pull.class), model()));
            case PULL_ROWS ->
                pull(
                        connection,
                        new RowAnswer(frame.header(PullRows.class), frame.body().bytes(), model().shard()));
            case SNAPSHOT -> snapshot(connection, frame.header(Snapshot.class));
            case FAILURE -> fail(frame.header(Failure.class).getReason());
            default -> throw unexpected(frame.type());
        }
    }

    private static IllegalArgumentException unexpected(FrameType type) {
        return new IllegalArgumentException("Cannot handle frame: type=" + type
                + ", expected one that this peer may send now; both ends must run the same version");
    }

    private ServedModel model() {
        if (model == null) {
            throw new IllegalArgumentException(
                    "Cannot handle frame: no parameters are agreed, expected INITIALISE first; initialise the store");
        }
        return model;
    }

    private void initialise(Connection connection, ReceivedFrame frame) {
        Initialise request = frame.header(Initialise.class);
        checkAgreement("servers", request.getServers(), place.servers());
        checkAgreement("logicalWorkers", request.getLogicalWorkers(), settings.logicalWorkers());
        checkAgreement("chunkElements", request.getChunkElements(), settings.chunkElements());
        ParameterTable table = Messages.table(frame.body().bytes());
        if (model == null) {
            create(table);
        }
        ServedModel agreed = model();
        if (!agreed.table().equals(table)) {
            throw new IllegalArgumentException("Cannot initialise parameters: parameters=" + table.size()
                    + " elements=" + table.elements() + ", expected the agreed table of "
                    + agreed.table().size() + " parameters and "
                    + agreed.table().elements()
                    + " elements; all processes must build one model");
        }
        boolean unloaded = agreed.shard().version() < 0 && !files.canRestore();
        if (unloaded && request.getHasWeights()) {
            offers.add(connection);
        }
        gate.whenPublished(0, () -> {
            Initialised.Builder answer =
                    Initialised.newBuilder().setVersion(agreed.shard().version());
            if (place.decides()) {
                answer.setLossScale(agreed.coordinator().scaler().scale());
            }
            connection.send(FrameType.INITIALISED, answer.build());
        });
    }

    private static void checkAgreement(String what, int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException("Cannot initialise parameters: " + what + "=" + found + ", expected "
                    + expected + "; give all processes one configuration");
        }
    }

    private void create(ParameterTable table) {
        ServedModel created;
        try {
            created = new ServedModel(table, settings, place, shards);
        } catch (OutOfMemoryError e) {
            fail("Cannot hold parameters: elements=" + table.elements() + " servers=" + place.servers()
                    + ", expected to fit the heap; use more servers or larger containers");
            return;
        }
        model = created;
        LOG.info("Holding range: {} {}", place, created.shard().range());
        files.restore(created.shard(), settings.initialScaler(), (scaler, problem) -> {
            if (scaler == null) {
                fail(String.valueOf(problem == null ? null : problem.getMessage()));
            } else {
                created.useScaler(scaler);
                startIfLoaded();
            }
        });
    }

    private void load(Connection connection, ReceivedFrame frame) {
        if (!offers.isAsked(connection)) {
            throw unexpected(frame.type());
        }
        model().shard()
                .load(
                        frame.header(InitialWeights.class).getChunk(),
                        frame.body().bytes());
        startIfLoaded();
    }

    private void startIfLoaded() {
        ServedModel current = model();
        if (!current.isStarted() && current.shard().loadedIfComplete()) {
            offers.clear();
            current.start();
            reportShard();
            gate.publish(current.shard().version());
        }
    }

    private void gradient(Connection connection, ReceivedFrame frame) {
        Addition addition;
        try {
            addition = Addition.of(frame);
            long version = model().shard().version();
            if (addition.step() > version + 1) {
                throw new IllegalArgumentException("Cannot add gradient: step=" + addition.step()
                        + ", expected at most " + (version + 1) + "; await the outcome of a step before the next");
            }
        } catch (IllegalArgumentException e) {
            frame.body().release();
            throw e;
        }
        Addition checked = addition;
        connection.send(frame.type(), frame.header()); // from here on it outlives the connection
        whenPublished(addition.step(), connection, () -> add(checked));
    }

    private void add(Addition addition) {
        addition.addTo(model().shard(), counters);
        reportShard();
    }

    /** Runs {@code action} once {@code version} is published; what it refuses ends {@code connection}. */
    private void whenPublished(long version, Connection connection, Runnable action) {
        gate.whenPublished(version, () -> {
            try {
                action.run();
            } catch (IllegalArgumentException e) {
                connection.fail(String.valueOf(e.getMessage()));
            }
        });
    }

    private void reportShard() {
        ShardReport report = model().shard().takeReport();
        if (report == null) {
            return;
        }
        if (place.decides()) {
            decide(() -> model().coordinator().report(0, report));
        } else {
            peers.report(Messages.squares(report));
        }
    }

    private void squares(Connection connection, ShardReport report) {
        Peer peer = connection.peer();
        if (!place.decides() || peer == null || peer.role() != Role.SERVER || peer.index() >= place.servers()) {
            throw unexpected(FrameType.SHARD_SQUARES);
        }
        // Another server may have its model before this one's first worker has come.
        whenPublished(0, connection, () -> decide(() -> model().coordinator().report(peer.index(), report)));
    }

    private void report(Connection connection, StepReport report) {
        if (!place.decides()) {
            throw unexpected(FrameType.WORKER_REPORT);
        }
        whenPublished(report.step(), connection, () -> {
            StepCoordinator coordinator = model().coordinator();
            StepOutcome last = coordinator.last();
            if (last != null && report.step() == last.step()) {
                connection.send(FrameType.OUTCOME, Messages.outcome(last));
            } else if (report.step() < coordinator.step()) {
                throw new IllegalArgumentException("Cannot finish step: step=" + report.step() + ", expected "
                        + coordinator.step() + "; go on from the version that initialise() returns");
            } else {
                decide(() -> coordinator.report(report));
            }
        });
    }

    private void decide(Supplier<@Nullable StepOutcome> decision) {
        StepOutcome outcome;
        try {
            outcome = decision.get();
        } catch (IllegalStateException e) {
            fail(String.valueOf(e.getMessage()));
            return;
        }
        if (outcome != null) {
            peers.tell(Messages.outcome(outcome));
            snapshots.applyWhenIdle(outcome);
        }
    }

    /** Ends the step. */
    private void apply(StepOutcome outcome) {
        ParameterShard shard = model().shard();
        if (outcome.step() < shard.version()) {
            return;
        }
        try {
            shard.apply(outcome);
        } catch (IllegalStateException e) {
            fail(String.valueOf(e.getMessage()));
            return;
        }
        model().applied();
        boolean applied = outcome.decision() == StepOutcome.Decision.APPLY;
        counters.add(applied ? Counter.APPLIED_STEPS : Counter.SKIPPED_STEPS, 1);
        tableSizes = shard.tables().sizes();
        reportShard();
        pulls.addAll(() -> gate.publish(shard.version()));
    }

    private void pull(Connection connection, PullAnswer answer) {
        whenPublished(answer.minimumVersion(), connection, () -> {
            if (peers.isWorker(connection)) {
                pulls.add(connection, answer);
            }
        });
    }

    private void snapshot(Connection connection, Snapshot request) {
        ServedModel current = model();
        whenPublished(request.getVersion(), connection, () -> snapshots.write(connection, request, current));
    }

    @Override
    public void writable(Connection connection) {
        pulls.drain(connection);
    }

    @Override
    public void closed(Connection connection, String reason) {
        String lostServer = peers.remove(connection);
        pulls.forget(connection);
        if (closing) {
            return;
        }
        offers.remove(connection);
        if (lostServer == null) {
            LOG.info("Disconnected: peer={} address={} {}", connection.peer(), connection.address(), reason);
        } else {
            fail(LostServer.message(lostServer, connection.address(), reason));
        }
    }

    /** The job cannot go on: tells everyone why. Called on the transport's thread. */
    public void fail(String reason) {
        if (closing || !failure.complete(reason)) {
            return;
        }
        LOG.error("Failed: {} {}", place, reason);
        gate.clear();
        peers.tell(Failure.newBuilder().setReason(reason).build());
    }

    /** From here on connections end without being anybody's failure. */
    @Override
    public void close() {
        closing = true;
    }
}
