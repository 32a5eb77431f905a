// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.HeldMemory;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.ps.wire.Transport;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSize;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * One server of a job: holds a range of the parameters, adds gradients, runs the optimiser. The first one also decides
 * the steps. {@link #start}, tell the port to whoever brings the job together, {@link #connect} with all addresses.
 */
public final class ParameterServer implements AutoCloseable {
    private final ServerPlace place;
    private final Counters counters = new Counters();
    private final Transport transport;
    private final ExecutorService writer;
    private final int process;
    private final ServerSession session;

    /**
     * A server whose shard is kept once.
     *
     * @param settings what all processes agree on
     * @param place which server this is
     * @param identity the job and its secret
     * @param blobs where snapshots go
     * @param source snapshot to go on from, or null
     */
    public ParameterServer(
            SyncSettings settings,
            ServerPlace place,
            JobIdentity identity,
            BlobStore blobs,
            @Nullable SnapshotSource source) {
        this(settings, place, place.index(), identity, new Storage(blobs, source, blobs), ServerNetwork.PATIENCE);
    }

    /**
     * A replica of a shard; {@link #assign} says what it is for.
     *
     * @param settings what all processes agree on
     * @param place which shard it is
     * @param process index of the server's process, which {@code identity} certifies
     * @param identity the job and its secret
     * @param storage where snapshots, and shards on their way, lie
     * @param patience how long another server may be away
     */
    public ParameterServer(
            SyncSettings settings,
            ServerPlace place,
            int process,
            JobIdentity identity,
            Storage storage,
            Duration patience) {
        this.place = place;
        this.process = process;
        int bodyLimit = Math.max(settings.chunkElements() * Float.BYTES, 1 << 20);
        this.transport = new Transport(
                new ConnectionSettings(
                        identity, bodyLimit, HeldMemory.perConnection(settings.logicalWorkers(), bodyLimit), counters),
                "howdah-server-" + place.index());
        this.writer = Executors.newSingleThreadExecutor(work -> daemon("howdah-snapshots-" + place.index(), work));
        SnapshotFiles files =
                new SnapshotFiles(place, storage.blobs, storage.source, writer, transport::execute, storage.transfers);
        Peer self = new Peer(Role.SERVER, process);
        ServerNetwork network = new ServerNetwork(
                transport,
                (address, timeout, listener, failed) -> transport.connect(address, self, timeout, listener, failed),
                patience);
        this.session = new ServerSession(settings, place, files, counters, network, ServerParts.production());
    }

    /**
     * Where a server's files lie.
     *
     * @param blobs where snapshots go
     * @param source snapshot to go on from, or null
     * @param transfers where a shard's state lies on its way to another server
     */
    public record Storage(BlobStore blobs, @Nullable SnapshotSource source, BlobStore transfers) {}

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Begins to listen.
     *
     * @param address of this host; port 0 takes any free one
     * @return the port
     */
    public int start(InetSocketAddress address) throws IOException {
        return transport.listen(address, session);
    }

    /**
     * Tells this server where all servers are, in order. The decisions come from the first.
     *
     * @param timeout how long to try
     */
    public void connect(List<InetSocketAddress> servers, Duration timeout) {
        if (servers.size() != place.servers()) {
            throw new IllegalArgumentException("Cannot connect servers: addresses=" + servers.size() + ", expected "
                    + place.servers() + "; give all servers' addresses in order");
        }
        if (!place.decides()) {
            transport.execute(() -> session.connect(servers.get(0), timeout));
        }
    }

    /**
     * Makes this one of a shard's replicas, which serves nobody before {@link #assign} says what it is for. Called before
     * {@link #start}.
     */
    public void replicate() {
        session.replicate();
    }

    /** Tells this replica what it is for, from now on; {@link #connect} is not for replicas. */
    public void assign(Membership membership) {
        transport.execute(() -> session.assign(membership, process));
    }

    /** The epoch whose primary has nothing that this backup lacks; −1 while there is none. Safe to read from any thread. */
    public long followedEpoch() {
        return session.followedEpoch();
    }

    /** Counts so far; safe to read from any thread. */
    public Counters counters() {
        return counters;
    }

    /** What this server's part of the sparse tables took after the last step; safe to read from any thread. */
    public List<TableSize> tableSizes() {
        return session.tableSizes();
    }

    /** Completes with the reason once the job cannot go on; never completes exceptionally. */
    public CompletableFuture<String> failure() {
        return session.failure();
    }

    /** Ends all connections and frees the port. */
    @Override
    public void close() {
        // First, so that connections that end with it are nobody's failure.
        session.close();
        transport.close();
        writer.shutdownNow();
    }
}
