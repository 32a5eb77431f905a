// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.howdah.ps.ClientSession;
import io.howdah.ps.Membership;
import io.howdah.ps.ReplicaTable;
import io.howdah.ps.ServerNetwork;
import io.howdah.ps.ServerParts;
import io.howdah.ps.ServerPlace;
import io.howdah.ps.ServerSession;
import io.howdah.ps.SnapshotFiles;
import io.howdah.ps.proto.Initialise;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.Parameter;
import io.howdah.ps.proto.Table;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.ps.wire.Role;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Single events that the random schedules found to matter. */
class SessionsTest {
    private static final ConnectionSettings CONNECTIONS =
            new ConnectionSettings(new JobIdentity("job", 1, new byte[32]), 1 << 20, 1 << 20, new Counters());

    private final Workload workload = new Workload(Schedule.of(3));
    private final VirtualClock clock = new VirtualClock();
    private final SimulatedNetwork network =
            new SimulatedNetwork(clock, new RandomDelays(clock, new SplittableRandom(1), 1000), Admission::new);

    /** An end of the conversation that a test plays. */
    private static final class Played implements ConnectionListener {
        private final List<FrameType> heard = new ArrayList<>();
        private final Queue<Long> versions = new ArrayDeque<>();
        private @Nullable Connection connection;

        @Override
        public void opened(Connection opened) {
            connection = opened;
        }

        @Override
        public @Nullable ByteBuffer destination(Connection from, FrameType type, MessageLite header, int bodyLength) {
            return null;
        }

        @Override
        public void received(Connection from, ReceivedFrame frame) {
            heard.add(frame.type());
            if (frame.type() == FrameType.INITIALISE) {
                from.send(
                        FrameType.INITIALISED,
                        Initialised.newBuilder().setVersion(versions.remove()).build());
            }
        }

        @Override
        public void writable(Connection to) {
            // little is sent
        }

        @Override
        public void closed(Connection gone, String reason) {
            connection = null;
        }
    }

    private Endpoint endpoint(Role role, int index) {
        return new Endpoint(new SimulatedProcess(clock, role + " " + index), new Peer(role, index), CONNECTIONS);
    }

    private void settle() {
        while (clock.advance()) {
            // until nothing is on its way
        }
    }

    @Test
    void weightsComeFromTheNextWorkerIfTheOneThatWasAskedIsLost() {
        Endpoint server = endpoint(Role.SERVER, 0);
        ServerPlace place = new ServerPlace(0, 1);
        SnapshotFiles files = new SnapshotFiles(place, new SimulatedBlobs(), null, Runnable::run, server.process());
        network.listen(
                SimulatedServer.address(0),
                server,
                new ServerSession(
                        workload.settings(),
                        place,
                        files,
                        CONNECTIONS.counters(),
                        new ServerNetwork(clock, (address, timeout, listener, failed) -> {}, ServerNetwork.PATIENCE),
                        ServerParts.production()));
        Endpoint first = endpoint(Role.WORKER, 0);
        Played lost = offerWeights(first);
        Played next = offerWeights(endpoint(Role.WORKER, 0));
        assertThat(lost.heard).containsExactly(FrameType.SEND_WEIGHTS);
        assertThat(next.heard).isEmpty();
        network.kill(first.process(), 0);
        settle();
        assertThat(next.heard).containsExactly(FrameType.SEND_WEIGHTS);
    }

    private Played offerWeights(Endpoint worker) {
        Played played = new Played();
        network.connect(worker, SimulatedServer.address(0), Duration.ofSeconds(1), played, reason -> {});
        settle();
        byte[] table = Table.newBuilder()
                .addParameters(Parameter.newBuilder().setName("weight").addSizes(64))
                .build()
                .toByteArray();
        played.connection.send(
                FrameType.INITIALISE,
                Initialise.newBuilder()
                        .setServers(1)
                        .setLogicalWorkers(workload.settings().logicalWorkers())
                        .setChunkElements(workload.settings().chunkElements())
                        .setHasWeights(true)
                        .build(),
                table.length,
                into -> into.put(table));
        settle();
        return played;
    }

    /** The version that a worker begins at if two servers answer as given. */
    private CompletableFuture<Long> join(List<Long> first, List<Long> second) {
        List<List<Long>> answers = List.of(first, second);
        Endpoint worker = endpoint(Role.WORKER, 0);
        ClientSession session = new ClientSession(
                workload.settings(),
                List.of(SimulatedServer.address(0), SimulatedServer.address(1)),
                (server, losses) -> {});
        for (int index = 0; index < 2; index++) {
            Played server = new Played();
            server.versions.addAll(answers.get(index));
            network.listen(SimulatedServer.address(index), endpoint(Role.SERVER, index), server);
            network.connect(
                    worker,
                    SimulatedServer.address(index),
                    Duration.ofSeconds(1),
                    session.attempt(index),
                    reason -> {});
        }
        CompletableFuture<Long> version = new CompletableFuture<>();
        session.run(version, future -> session.initialise(workload.table(), null, future));
        settle();
        return version;
    }

    @Test
    void aWorkerThatJoinsBeginsAtTheNewestVersion() {
        assertThat(join(List.of(4L), List.of(4L))).isCompletedWithValue(4L);
        assertThat(join(List.of(4L), List.of(5L))).isCompletedWithValue(5L);
        assertThat(join(List.of(3L, 5L), List.of(5L, 5L))).as("an old answer").isCompletedWithValue(5L);
        assertThat(join(List.of(3L, 3L), List.of(9L, 9L)))
                .as("of two snapshots")
                .isCompletedExceptionally();
    }

    /** Of three servers, before and after the first is lost; the second one's own shard is the same in both. */
    private static List<Membership> memberships() {
        ReplicaTable table = new ReplicaTable(3);
        for (int server = 0; server < 3; server++) {
            table.joined(
                    server, SimulatedServer.address(server), InetSocketAddress.createUnresolved("copy-" + server, 1));
        }
        Membership before = table.membership();
        table.synced(0, before.shards().get(0).epoch());
        assertThat(table.lost(0)).isEmpty();
        return List.of(before, table.membership());
    }

    /** Notices of two changes may overtake each other. */
    @Test
    void anOlderMembershipCountsForNothing() {
        Membership older = memberships().get(0);
        Membership newer = memberships().get(1);
        InetSocketAddress decider = newer.primaries().get(0);

        List<InetSocketAddress> dialled = new ArrayList<>();
        ServerPlace place = new ServerPlace(1, 3);
        ServerSession server = new ServerSession(
                workload.settings(),
                place,
                new SnapshotFiles(place, new SimulatedBlobs(), null, Runnable::run, Runnable::run),
                CONNECTIONS.counters(),
                new ServerNetwork(
                        clock, (address, timeout, listener, failed) -> dialled.add(address), ServerNetwork.PATIENCE),
                ServerParts.production());
        server.replicate();
        server.assign(newer, 1);
        server.assign(older, 1);
        assertThat(dialled).containsExactly(decider);

        ClientSession worker = new ClientSession(workload.settings(), older.primaries(), (index, losses) -> {});
        worker.assign(newer);
        worker.assign(older);
        assertThat(worker.address(0)).isEqualTo(decider);
    }
}
