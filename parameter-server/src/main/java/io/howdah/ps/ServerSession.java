// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.InitialWeights;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.NextStep;
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
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardGates;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSize;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    private final ShardGates gates;
    private final PullQueue pulls = new PullQueue();
    private final ServerPeers peers = new ServerPeers();
    private final WeightOffers offers = new WeightOffers();
    private final SnapshotRequests snapshots;
    private final Decisions decisions;
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile List<TableSize> tableSizes = List.of();
    private @Nullable ServedModel model;

    /** @param files reads and writes snapshots */
    public ServerSession(SyncSettings settings, ServerPlace place, SnapshotFiles files, Counters counters) {
        this(
                settings,
                place,
                files,
                counters,
                (table, range, logicalWorkers, optimiser, tables) -> settings.shard(table, range, tables));
    }

    /** @param shards makes the shard */
    public ServerSession(
            SyncSettings settings, ServerPlace place, SnapshotFiles files, Counters counters, ShardFactory shards) {
        this.settings = settings;
        this.place = place;
        this.files = files;
        this.counters = counters;
        this.shards = shards;
        this.gates = new ShardGates(settings);
        this.decisions = new Decisions(this, place, peers, counters);
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
        decisions.tell(connection, model == null ? null : model.lastOutcome());
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
            case WORKER_REPORT -> decisions.report(connection, Messages.report(frame.header(WorkerReport.class)));
            case SHARD_SQUARES -> decisions.squares(connection, Messages.squares(frame.header(ShardSquares.class)));
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
            case NEXT_STEP -> decisions.nextStep(connection, frame.header(NextStep.class));
            case SNAPSHOT -> snapshot(connection, frame.header(Snapshot.class));
            case FAILURE -> fail(frame.header(Failure.class).getReason());
            default -> throw unexpected(frame.type());
        }
    }

    static IllegalArgumentException unexpected(FrameType type) {
        return new IllegalArgumentException("Cannot handle frame: type=" + type
                + ", expected one that this peer may send now; both ends must run the same version");
    }

    /** What is agreed. */
    ServedModel model() {
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
        checkAgreement(
                "consistency", request.getConsistency(), settings.consistency().toString());
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
        gates.whenPublished(0, () -> {
            Initialised.Builder answer =
                    Initialised.newBuilder().setVersion(agreed.shard().version());
            if (place.decides()) {
                answer.setLossScale(agreed.coordinator().scaler().scale());
            }
            connection.send(FrameType.INITIALISED, answer.build());
        });
    }

    private static void checkAgreement(String what, Object found, Object expected) {
        if (!found.equals(expected)) {
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
            gates.open(current.shard());
        }
    }

    private void gradient(Connection connection, ReceivedFrame frame) {
        Addition addition;
        try {
            addition = Addition.of(frame);
            long next = model().shard().nextStep(addition.logicalWorker());
            if (addition.step() > next + 1) {
                throw new IllegalArgumentException("Cannot add gradient: step=" + addition.step()
                        + ", expected at most " + (next + 1) + "; await the outcome of a step before the next");
            }
        } catch (IllegalArgumentException e) {
            frame.body().release();
            throw e;
        }
        Addition checked = addition;
        connection.send(frame.type(), frame.header()); // from here on it outlives the connection
        whenTurn(checked.logicalWorker(), checked.step(), connection, () -> add(checked));
    }

    private void add(Addition addition) {
        addition.addTo(model().shard(), counters);
        reportShard();
    }

    /** Runs {@code action} once {@code version} is published; what it refuses ends {@code connection}. */
    void whenPublished(long version, Connection connection, Runnable action) {
        gates.whenPublished(version, guarded(connection, action));
    }

    /** As {@link #whenPublished}, once {@code worker} may contribute to {@code step}. */
    void whenTurn(int worker, long step, Connection connection, Runnable action) {
        gates.whenTurn(worker, step, guarded(connection, action));
    }

    private static Runnable guarded(Connection connection, Runnable action) {
        return () -> {
            try {
                action.run();
            } catch (IllegalArgumentException e) {
                connection.fail(String.valueOf(e.getMessage()));
            }
        };
    }

    private void reportShard() {
        ParameterShard shard = model().shard();
        for (ShardReport report = shard.takeReport(); report != null; report = shard.takeReport()) {
            decisions.report(report);
        }
    }

    /** Ends a decided step, or slice, as soon as nothing needs the weights as they are. */
    void end(StepOutcome outcome) {
        snapshots.applyWhenIdle(outcome);
    }

    /** Ends the step, or the slice. */
    private void apply(StepOutcome outcome) {
        ParameterShard shard = model().shard();
        SliceTurn turn = outcome.slice();
        if ((turn == null ? outcome.step() : turn.sequence()) < shard.state()) {
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
        pulls.addAll(() -> gates.publish(shard, outcome));
    }

    private void pull(Connection connection, PullAnswer answer) {
        gates.whenPublished(answer.minimumVersion(), answer.minimumSequence(), () -> {
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
        decisions.closed(connection);
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
        gates.clear();
        peers.tell(Failure.newBuilder().setReason(reason).build());
    }

    /** From here on connections end without being anybody's failure. */
    @Override
    public void close() {
        closing = true;
    }
}
