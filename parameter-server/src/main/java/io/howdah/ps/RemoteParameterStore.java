// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.HeldMemory;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.ps.wire.Timer;
import io.howdah.ps.wire.Transport;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parameter store on the servers of a job, over one connection to each. Connecting begins at once; calls wait for
 * it. A connection that breaks is made again, and nothing is lost or counted twice. Once a server is lost, everything that waits and every later call fails with its name.
 *
 * <p>A process that holds several logical workers pushes a step's gradients in ascending order of them: servers bound the
 * memory for gradients that come before their turn.
 */
public final class RemoteParameterStore implements ParameterStore {
    /** A server that a broken connection led to is there or fails the job: other servers tell. */
    private static final Duration RECONNECT_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final int MOST_DOUBLINGS = 7;
    private static final Logger LOG = LoggerFactory.getLogger(RemoteParameterStore.class);

    private final Counters counters = new Counters();
    private final int worker;
    private final Timer timer;
    private final Transport transport;
    private final ClientSession session;

    /**
     * @param settings what all processes agree on
     * @param worker index of this worker process
     * @param servers addresses of all servers, in order
     * @param identity the job and its secret
     * @param connectTimeout how long to try to reach a server
     */
    public RemoteParameterStore(
            SyncSettings settings,
            int worker,
            List<InetSocketAddress> servers,
            JobIdentity identity,
            Duration connectTimeout) {
        this(settings, worker, servers, identity, connectTimeout, null);
    }

    /** @param timer for retries of connections; null for real time */
    RemoteParameterStore(
            SyncSettings settings,
            int worker,
            List<InetSocketAddress> servers,
            JobIdentity identity,
            Duration connectTimeout,
            @Nullable Timer timer) {
        this.worker = worker;
        int bodyLimit = Math.max(settings.chunkElements() * Float.BYTES, 1 << 20);
        ConnectionSettings connections = new ConnectionSettings(
                identity, bodyLimit, HeldMemory.perConnection(servers.size(), bodyLimit), counters);
        this.transport = new Transport(connections, "howdah-worker-" + worker, timer);
        this.timer = timer == null ? transport : timer;
        this.session = new ClientSession(settings, servers, this::reconnect);
        transport.execute(() -> {
            for (int server = 0; server < servers.size(); server++) {
                connect(server, connectTimeout);
            }
        });
    }

    /** At once the first time; then later and later, since a server that hangs up may do so again. */
    private void reconnect(int server, int losses) {
        if (losses <= 1) {
            connect(server, RECONNECT_TIMEOUT);
        } else {
            timer.after(
                    FIRST_PAUSE.multipliedBy(1L << Math.min(losses, MOST_DOUBLINGS)),
                    () -> connect(server, RECONNECT_TIMEOUT));
        }
    }

    private void connect(int server, Duration timeout) {
        ClientSession.Attempt attempt = session.attempt(server);
        transport.connect(session.address(server), new Peer(Role.WORKER, worker), timeout, attempt, attempt::failed);
    }

    /**
     * Where the shards are, for a job that keeps each on two servers; called again when that changes. Pushes then complete
     * with the decision of their step, since a server that takes over may need them until then: do not await them before
     * {@link #finish}.
     */
    public void assign(Membership membership) {
        try {
            transport.execute(() -> session.assign(membership));
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed before it was told where the shards are", e);
        }
    }

    @Override
    public CompletableFuture<Long> initialise(ParameterTable table, @Nullable List<Tensor> weights) {
        return submit(future -> session.initialise(table, weights, future));
    }

    @Override
    public CompletableFuture<Void> push(Push push, Tensor gradient) {
        DType dtype = gradient.dtype();
        ByteBuffer bytes = gradient.buffer();
        return submit(future -> session.push(push, dtype, bytes, future));
    }

    @Override
    public CompletableFuture<Void> pushRows(RowPush push, long[] ids, Tensor gradients) {
        DType dtype = gradients.dtype();
        ByteBuffer bytes = gradients.buffer();
        return submit(future -> session.pushRows(push, ids, dtype, bytes, future));
    }

    @Override
    public CompletableFuture<Long> nextStep(int logicalWorker) {
        return submit(future -> session.nextStep(logicalWorker, future));
    }

    @Override
    public CompletableFuture<StepOutcome> finish(StepReport report) {
        return submit(future -> session.finish(report, future));
    }

    @Override
    public CompletableFuture<Long> pull(int parameter, long minimumVersion, Tensor into) {
        return submit(future -> session.pull(parameter, minimumVersion, into, future));
    }

    @Override
    public CompletableFuture<Long> pullRows(int table, long[] ids, long minimumVersion, Tensor into) {
        return submit(future -> session.pullRows(table, ids, minimumVersion, into, future));
    }

    @Override
    public float lossScale() {
        return session.lossScale();
    }

    @Override
    public CompletableFuture<List<BlobInfo>> snapshot(long version, String set) {
        return submit(future -> session.snapshot(version, set, future));
    }

    /** Counts so far; safe to read from any thread. */
    public Counters counters() {
        return counters;
    }

    private <T> CompletableFuture<T> submit(Consumer<CompletableFuture<T>> call) {
        CompletableFuture<T> future = new CompletableFuture<>();
        try {
            transport.execute(() -> session.run(future, call));
        } catch (RejectedExecutionException e) {
            future.completeExceptionally(closed());
        }
        return future;
    }

    private static IllegalStateException closed() {
        return new IllegalStateException(
                "Cannot use parameter store: it was closed, expected an open one; finish training before close()");
    }

    @Override
    public void close() {
        try {
            transport.execute(() -> session.fail(closed()));
        } catch (RejectedExecutionException e) {
            return; // closed before
        }
        transport.close();
    }
}
