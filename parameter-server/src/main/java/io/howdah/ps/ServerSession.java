// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
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
import io.howdah.trainer.sync.ShardGates;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSize;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server does with the frames it gets: the network's side of shard and coordinator. On the transport's thread. */
public final class ServerSession implements ConnectionListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSession.class);

    private final ServerPlace place;
    private final SnapshotFiles files;
    private final Counters counters;
    private final ServerParts parts;
    private final ServerNetwork network;
    private final Upstream upstream;
    private final ShardGates gates;
    private final SyncSettings settings;
    private final PullQueue pulls = new PullQueue();
    private final ServerPeers peers = new ServerPeers();
    private final ModelBeginning beginning;
    private final Decisions decisions;
    private final SnapshotRequests snapshots;
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile List<TableSize> tableSizes = List.of();
    private volatile @Nullable Replication replication;
    private Replicas replicas = Replicas.NONE;

    /**
     * @param files reads and writes snapshots
     * @param network how it reaches other servers
     */
    public ServerSession(
            SyncSettings settings,
            ServerPlace place,
            SnapshotFiles files,
            Counters counters,
            ServerNetwork network,
            ServerParts parts) {
        this.settings = settings;
        this.place = place;
        this.files = files;
        this.counters = counters;
        this.network = network;
        this.parts = parts;
        this.upstream = new Upstream(network, this);
        this.gates = new ShardGates(settings);
        this.beginning = new ModelBeginning(this, settings, place, files, parts.shards(settings), gates);
        this.decisions = new Decisions(this, place, peers, new SliceLedger(place.servers(), counters));
        this.snapshots = new SnapshotRequests(place, files, outcome -> replicas.mayEnd(outcome), this::apply);
    }

    /** Who is followed. */
    interface Following {
        /** Follows {@code address} from now on, or nobody. */
        void follow(@Nullable InetSocketAddress address);
    }

    /** Connects to the server that decides; the job fails if it is away for too long. */
    public void connect(InetSocketAddress decider, Duration timeout) {
        upstream.follow(decider, timeout, reason -> fail(LostServer.message("server 0", decider.toString(), reason)));
    }

    /** Makes this a replica, which serves nobody before it is told what for; before it hears of any connection. */
    public void replicate() {
        if (settings.consistency().bySlices()) {
            throw SliceLedger.notReplicated(settings.consistency());
        }
        Replication created = new Replication(this, place, files, counters, parts::backup);
        replication = created;
        replicas = created;
    }

    /** Is what {@code membership} says of server {@code self} from now on; for a replica. */
    public void assign(Membership membership, int self) {
        Replication present = replication;
        if (present == null) {
            throw new IllegalStateException("Cannot assign shard: " + place
                    + " is kept once, expected a replica; give all processes one configuration");
        }
        present.assign(membership, self, this::follow);
    }

    private void follow(@Nullable InetSocketAddress address) {
        if (address == null) {
            upstream.leave();
        } else {
            // Whoever watches over the job says when another server is to be followed.
            upstream.follow(address, network.patience(), reason -> {
                LOG.warn("Still following: {}", reason);
                follow(address);
            });
        }
    }

    /** The epoch whose primary has nothing that this backup lacks; −1 while there is none. Read from any thread. */
    public long followedEpoch() {
        Replication present = replication;
        return present == null ? -1 : present.followedEpoch();
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
        if (replicas.admits(connection)) {
            join(connection);
        }
    }

    /** Takes in a worker, the server that decides, or one that is told what this one decides. */
    void join(Connection connection) {
        peers.add(connection);
        decisions.tell(connection);
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
        } else if (!replicas.takes(connection, frame)) {
            try {
                handle(connection, frame);
            } finally {
                frame.body().release();
            }
        }
    }

    private void handle(Connection connection, ReceivedFrame frame) {
        switch (frame.type()) {
            case INITIALISE -> beginning.initialise(connection, frame);
            case INITIAL_WEIGHTS -> beginning.load(connection, frame);
            case WORKER_REPORT -> decisions.report(connection, Messages.report(frame.header(WorkerReport.class)));
            case SHARD_SQUARES -> decisions.squares(connection, frame.header(ShardSquares.class));
            case OUTCOME -> {
                if (!peers.isDecider(connection)) {
                    throw unexpected(frame.type());
                }
                end(Messages.outcome(frame.header(Outcome.class)));
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

    ServedModel model() {
        return beginning.model();
    }

    /** Where the model comes from. */
    ModelBeginning beginning() {
        return beginning;
    }

    /** The shard's version; −1 before it has any. */
    long version() {
        return beginning.version();
    }

    /** Who keeps the shard a second time. */
    Replicas replicas() {
        return replicas;
    }

    /** What was decided last. */
    DecisionLog log() {
        return decisions.log();
    }

    /** Runs {@code action} once the shard has weights. */
    void whenStarted(Runnable action) {
        gates.whenPublished(0, action);
    }

    /** Holds back the end of the open step until {@link #releaseSteps}. */
    void holdSteps() {
        snapshots.hold();
    }

    void releaseSteps() {
        snapshots.release();
    }

    /** Ends what was held back and may end now. */
    void endSteps() {
        snapshots.drain();
    }

    private void gradient(Connection connection, ReceivedFrame frame) {
        Addition addition;
        try {
            addition = Addition.of(frame);
            long next = model().shard().nextStep(addition.logicalWorker());
            // A replica that has just taken over may not have heard yet that steps were skipped.
            if (replication == null && addition.step() > next + 1) {
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
        if (addition.addTo(model().shard(), counters) && addition.chunk() >= 0) {
            replicas.summed(addition.chunk());
        }
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

    /** Reports the open step, or slices, once all gradients are there. */
    void reportShard() {
        ParameterShard shard = model().shard();
        for (ShardReport next = shard.takeReport(); next != null; next = shard.takeReport()) {
            ShardReport report = next;
            replicas.reported(report, () -> decisions.report(report));
        }
    }

    /** Tells whoever decides. */
    void forward(ShardReport report) {
        decisions.report(report);
    }

    /** Ends a decided step as soon as nothing needs the weights as they are. */
    void end(StepOutcome outcome) {
        snapshots.applyWhenIdle(outcome);
    }

    /** Ends the step, or the slice. */
    void apply(StepOutcome outcome) {
        ParameterShard shard = model().shard();
        SliceTurn turn = outcome.slice();
        if ((turn == null ? outcome.step() : turn.sequence()) < shard.state()) {
            return;
        }
        replicas.ending(outcome);
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
        if (turn == null) {
            decisions.log().add(outcome);
        } else {
            peers.decided(turn, outcome.step());
        }
        replicas.ended(outcome);
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
        replicas.writable(connection);
    }

    @Override
    public void closed(Connection connection, String reason) {
        String lostServer = peers.remove(connection);
        pulls.forget(connection);
        if (closing) {
            return;
        }
        beginning.closed(connection);
        decisions.closed(connection);
        LOG.info("Disconnected: peer={} address={} {}", connection.peer(), connection.address(), reason);
        if (!replicas.closed(connection) && lostServer != null) {
            // It connects again, unless it is gone.
            network.timer().after(network.patience(), () -> {
                if (!closing && !peers.isThere(lostServer)) {
                    fail(LostServer.message(lostServer, connection.address(), reason));
                }
            });
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
        upstream.close();
    }
}
