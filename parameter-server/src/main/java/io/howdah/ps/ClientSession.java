// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.InitialWeights;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.NextStep;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.proto.RequestFailed;
import io.howdah.ps.proto.SnapshotWritten;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.ChunkAssembler;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.RowCutter;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The worker's side of the conversation with all servers. Outlives broken connections: what a server has not answered is
 * sent again on the next one, and servers take everything at most once. On the transport's thread.
 */
public final class ClientSession {
    /** Connections to one server that break without a step being decided between them. */
    private static final int MOST_LOSSES = 10;

    private final SyncSettings settings;
    private final Reconnecting reconnect;
    private final List<ServerLink> links = new ArrayList<>();
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private final RangePulls pulls = new RangePulls(links);
    private final SnapshotCalls snapshots = new SnapshotCalls(links);
    private final PendingReports reports = new PendingReports();
    private final NextSteps questions = new NextSteps();
    private @Nullable AgreedModel model;
    private @Nullable Throwable failure;
    private @Nullable Membership newest;
    private long nextRequest;
    private volatile float lossScale;

    /**
     * @param addresses of all servers, in order
     * @param reconnect makes another connection to a server for its next {@link #attempt}
     */
    public ClientSession(SyncSettings settings, List<InetSocketAddress> addresses, Reconnecting reconnect) {
        this.settings = settings;
        this.reconnect = reconnect;
        this.lossScale = settings.initialScaler().scale();
        for (int server = 0; server < addresses.size(); server++) {
            links.add(new ServerLink(this, server, addresses.get(server)));
        }
    }

    /** Loss scale of the coming step. */
    public float lossScale() {
        return lossScale;
    }

    /** What becomes of one try to reach a server. */
    public interface Attempt extends ConnectionListener {
        /** There will be no connection. */
        void failed(String reason);
    }

    /** Where server {@code server} is now. */
    public InetSocketAddress address(int server) {
        return links.get(server).address();
    }

    /** Hears of the next try to reach server {@code server}; what comes of earlier ones no longer counts. */
    public Attempt attempt(int server) {
        return links.get(server).attempt();
    }

    /**
     * Finds the shards where {@code membership} says, now and whenever it is called again. From the first call on gradients
     * are kept until their step is decided, and no server counts as lost: whoever watches over the job says so. One that is older
     * than what was told before counts for nothing.
     */
    public void assign(Membership membership) {
        if (newest != null && membership.isOlderThan(newest)) {
            return;
        }
        newest = membership;
        List<InetSocketAddress> primaries = membership.primaries();
        for (ServerLink link : links) {
            link.keepUntilDecided();
            InetSocketAddress address = primaries.get(link.server());
            if (!address.equals(link.address())) {
                link.moveTo(address);
                reconnect.reconnect(link.server(), 0);
            }
        }
    }

    /** A server cannot be reached. */
    void unreachable(ServerLink link, String reason) {
        if (failure != null) {
            return;
        }
        if (newest != null) {
            reconnect.reconnect(link.server(), MOST_LOSSES);
            return;
        }
        fail(new IllegalStateException("Cannot reach server " + link.server() + ": address=" + link.address() + " "
                + reason + ", expected a running server of this job; look into its log"));
    }

    /** Runs a caller's request; if it is refused, its future alone fails. */
    public <T> void run(CompletableFuture<T> future, Consumer<CompletableFuture<T>> call) {
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
    public void fail(Throwable cause) {
        if (failure != null) {
            return;
        }
        failure = cause;
        pulls.clear();
        if (model != null) {
            model.rowPulls().clear();
        }
        snapshots.clear();
        reports.clear();
        List.copyOf(open).forEach(future -> future.completeExceptionally(cause));
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#initialise}. */
    public void initialise(ParameterTable table, @Nullable List<Tensor> weights, CompletableFuture<Long> future) {
        if (model != null) {
            throw new IllegalStateException("Cannot initialise parameters: this process has done so, expected one call;"
                    + " keep the store and its version");
        }
        AgreedModel created = AgreedModel.of(settings, table, weights, links, future);
        model = created;
        links.forEach(link -> askToInitialise(created, link));
    }

    private void askToInitialise(AgreedModel asking, ServerLink link) {
        Initialise request = Initialise.newBuilder()
                .setServers(links.size())
                .setLogicalWorkers(settings.logicalWorkers())
                .setChunkElements(settings.chunkElements())
                .setHasWeights(asking.weights() != null)
                .setConsistency(
                        settings.consistency().bySlices()
                                ? settings.consistency().toString()
                                : "")
                .build();
        byte[] body = Messages.table(asking.table()).toByteArray();
        link.send(FrameType.INITIALISE, request, body.length, into -> into.put(body));
    }

    private AgreedModel model() {
        if (model == null) {
            throw new IllegalStateException(
                    "Cannot use parameter store: no parameters are agreed, expected initialise() first");
        }
        return model;
    }

    private void sendWeights(ServerLink link) {
        AgreedModel current = model();
        List<Tensor> weights = current.weights();
        if (weights == null) {
            throw new IllegalArgumentException("Cannot send weights: this process has none");
        }
        ChunkAssembler loader = new ChunkAssembler(
                current.table(),
                List.of(current.ranges().get(link.server())),
                chunk -> link.send(
                        FrameType.INITIAL_WEIGHTS,
                        InitialWeights.newBuilder()
                                .setChunk(chunk.contribution().chunk())
                                .build(),
                        chunk.payload()));
        for (int i = 0; i < weights.size(); i++) {
            loader.addWeights(i, weights.get(i).buffer(), () -> {});
        }
    }

    /**
     * Begins at the newest version that a server has. Where training is under way, a decision may not have come to all
     * servers yet: then versions differ by one. Older answers than that are asked for again.
     */
    private void initialised(ServerLink link, Initialised answer) {
        AgreedModel current = model();
        if (current.answers().initialised.isDone()) {
            return;
        }
        current.answers().versions[link.server()] = answer.getVersion();
        if (link.server() == 0) {
            lossScale = answer.getLossScale();
        }
        long oldest = Long.MAX_VALUE;
        long newest = -1;
        for (Long version : current.answers().versions) {
            if (version == null) {
                return;
            }
            oldest = Math.min(oldest, version);
            newest = Math.max(newest, version);
        }
        if (newest <= oldest + 1) {
            current.answers().initialised.complete(newest);
        } else if (oldest > current.answers().oldest) {
            current.answers().oldest = oldest;
            Arrays.fill(current.answers().versions, null);
            links.forEach(server -> askToInitialise(current, server));
        } else {
            fail(new IllegalStateException("Cannot initialise parameters: versions="
                    + Arrays.toString(current.answers().versions)
                    + ", expected one on all servers; restart the job from"
                    + " its last checkpoint"));
        }
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#nextStep}. */
    public void nextStep(int logicalWorker, CompletableFuture<Long> future) {
        questions.ask(logicalWorker, future, links.get(0));
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#push}; completes once the servers have the bytes. */
    public void push(Push push, DType dtype, ByteBuffer bytes, CompletableFuture<Void> future) {
        model().assembler().push(push, dtype, bytes, () -> future.complete(null));
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#pushRows}. */
    public void pushRows(RowPush push, long[] ids, DType dtype, ByteBuffer bytes, CompletableFuture<Void> future) {
        model().cutter().push(push, ids, dtype, bytes);
        future.complete(null);
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#pullRows}. */
    public void pullRows(int table, long[] ids, long minimumVersion, Tensor into, CompletableFuture<Long> future) {
        AgreedModel current = model();
        int width = RowCutter.checkPull(current.table().tables(), table, ids, into);
        RowPulls.Oldest oldest = new RowPulls.Oldest(minimumVersion, reports.sequence());
        current.rowPulls().pull(table, width, ids, oldest, into, future);
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#finish}. */
    public void finish(StepReport report, CompletableFuture<StepOutcome> future) {
        model().assembler().finish(report);
        model().cutter().finish(report);
        reports.add(report, future);
        links.get(0).send(FrameType.WORKER_REPORT, Messages.report(report));
    }

    private void decided(StepOutcome outcome) {
        lossScale = outcome.nextLossScale();
        links.forEach(link -> link.decided(outcome.step()));
        reports.decided(outcome);
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#pull}. */
    public void pull(int parameter, long minimumVersion, Tensor into, CompletableFuture<Long> future) {
        RowPulls.Oldest oldest = new RowPulls.Oldest(minimumVersion, reports.sequence());
        pulls.pull(model(), parameter, oldest, into, future);
    }

    /** {@link io.howdah.trainer.sync.ParameterStore#snapshot}. */
    public void snapshot(long version, String set, CompletableFuture<List<BlobInfo>> future) {
        snapshots.ask(nextRequest++, version, set, future);
    }

    /** A connection is there: sends what the server has not answered. */
    void resume(ServerLink link) {
        AgreedModel current = model;
        if (current == null || failure != null) {
            return;
        }
        if (current.answers().versions[link.server()] == null) {
            askToInitialise(current, link);
        }
        link.sendUnconfirmed();
        current.rowPulls().resume(link.server());
        if (link.server() == 0) {
            reports.forEach(report -> link.send(FrameType.WORKER_REPORT, Messages.report(report)));
            questions.resume(link);
        }
        pulls.resume(link);
        snapshots.resume(link);
    }

    /** A connection is gone: asks for another. */
    void lost(ServerLink link, String reason) {
        if (failure != null) {
            return;
        }
        if (newest != null || link.losses() < MOST_LOSSES) {
            reconnect.reconnect(link.server(), link.losses());
        } else {
            String address = String.valueOf(link.address());
            fail(new IllegalStateException(LostServer.message("server " + link.server(), address, reason)));
        }
    }

    @Nullable
    ByteBuffer destination(FrameType type, MessageLite header, int bodyLength) {
        return type == FrameType.PULLED ? pulls.destination((Pulled) header, bodyLength) : null;
    }

    /** Takes the answer to a pull of rows, and its body. */
    void receivedRows(ReceivedFrame frame) {
        model().rowPulls().pulled(frame);
    }

    void received(ServerLink link, ReceivedFrame frame) {
        switch (frame.type()) {
            case SEND_WEIGHTS -> sendWeights(link);
            case INITIALISED -> initialised(link, frame.header(Initialised.class));
            case GRADIENT, ROW_GRADIENT -> link.confirmed(frame.header());
            case OUTCOME -> decided(Messages.outcome(frame.header(Outcome.class)));
            case NEXT_STEP -> {
                reports.heardOf(frame.header(NextStep.class).getSequence());
                questions.answered(frame.header(NextStep.class));
            }
            case PULLED -> pulls.pulled(link, frame.header(Pulled.class));
            case SNAPSHOT_WRITTEN -> snapshots.written(link, frame.header(SnapshotWritten.class));
            case REQUEST_FAILED -> snapshots.refused(frame.header(RequestFailed.class));
            case FAILURE ->
                fail(new IllegalStateException(frame.header(Failure.class).getReason()));
            default ->
                throw new IllegalArgumentException("Cannot handle frame: type=" + frame.type()
                        + ", expected one for workers; both ends must run the same version");
        }
    }
}
