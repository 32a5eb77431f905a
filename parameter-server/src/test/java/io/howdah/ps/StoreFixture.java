// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.tls.JobAuthority;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.trainer.checkpoint.BlobStore;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.Better;
import io.howdah.trainer.optim.CosineSchedule;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LinearSchedule;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Plateau;
import io.howdah.trainer.optim.Schedule;
import io.howdah.trainer.optim.SequentialSchedule;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Worker processes' stores over one set of parameters: one local store, or real servers on loopback. */
final class StoreFixture implements AutoCloseable {
    private static final Schedule COURSE =
            new SequentialSchedule(List.of(LinearSchedule.warmup(2), new CosineSchedule(98, 0)), List.of(2L));

    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How long a server may be away. */
    private static final Duration LOST_AFTER = Duration.ofMillis(500);

    private static final JobAuthority AUTHORITY = JobAuthority.create("job-1");

    private final List<ParameterServer> servers = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final List<ParameterStore> stores = new ArrayList<>();

    private StoreFixture() {}

    /** AdamW with clipping, so that every part of a step is used. */
    static SyncSettings settings(int logicalWorkers, DType gradients, int maximumSkips) {
        return settings(new AdamW(0.9, 0.999, 1e-8), logicalWorkers, gradients, maximumSkips);
    }

    static SyncSettings settings(UpdateRule rule, int logicalWorkers, DType gradients, int maximumSkips) {
        Optimiser optimiser = new Optimiser(rule, new LearningRate(0.01, COURSE), 0.1, 0.5);
        return new SyncSettings(logicalWorkers, gradients, DType.FLOAT32, maximumSkips, 128, optimiser);
    }

    /** One logical worker whose second evaluation without an improvement halves the rate. */
    static SyncSettings plateau() {
        Plateau.Rule rule = new Plateau.Rule(Better.LOWER, 0.5, 1, 0, Plateau.Threshold.ABSOLUTE, 0, 0);
        Optimiser optimiser =
                new Optimiser(new AdamW(0.9, 0.999, 1e-8), new LearningRate(0.01, COURSE, rule), 0.1, 0.5);
        return new SyncSettings(1, DType.BFLOAT16, DType.FLOAT32, 8, 128, optimiser);
    }

    static JobIdentity identity() {
        return identity(7, 1);
    }

    static JobIdentity identity(int secretByte, long generation) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) secretByte);
        return new JobIdentity("job-1", generation, secret);
    }

    /** Several servers and their workers encrypt, one and its workers do not: so both ways are tested. */
    private static JobIdentity identity(int servers, String role, int index) {
        return servers > 1 ? identity().withTls(AUTHORITY.identity(role, index)) : identity();
    }

    /** {@code servers} of 0 means a local store. */
    static StoreFixture open(SyncSettings settings, int servers, int workers, BlobStore blobs, SnapshotSource source)
            throws IOException {
        StoreFixture fixture = new StoreFixture();
        if (servers == 0) {
            ParameterStore local = new LocalParameterStore(settings, blobs, source);
            for (int worker = 0; worker < workers; worker++) {
                fixture.stores.add(local);
            }
            return fixture;
        }
        List<InetSocketAddress> addresses = fixture.addresses;
        for (int index = 0; index < servers; index++) {
            ParameterServer server = new ParameterServer(
                    settings,
                    new ServerPlace(index, servers),
                    index,
                    identity(servers, "server", index),
                    new ParameterServer.Storage(blobs, source, blobs),
                    LOST_AFTER);
            fixture.servers.add(server);
            addresses.add(loopback(server.start(loopback(0))));
        }
        fixture.servers.forEach(server -> server.connect(addresses, PATIENCE));
        for (int worker = 0; worker < workers; worker++) {
            fixture.stores.add(new RemoteParameterStore(
                    settings, worker, addresses, identity(servers, "worker", worker), PATIENCE));
        }
        return fixture;
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The store of one worker process. */
    ParameterStore worker(int index) {
        return stores.get(index);
    }

    /** The store of another worker process, with settings of its own; the caller closes it. */
    ParameterStore another(SyncSettings settings, int worker) {
        return new RemoteParameterStore(
                settings, worker, addresses, identity(servers.size(), "worker", worker), PATIENCE);
    }

    List<ParameterServer> servers() {
        return servers;
    }

    @Override
    public void close() {
        stores.forEach(ParameterStore::close);
        servers.forEach(ParameterServer::close);
    }
}
