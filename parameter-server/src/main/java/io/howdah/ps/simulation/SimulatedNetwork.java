// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ProtocolException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Connections between simulated processes. Of the handshake only the fence is simulated: a peer of another generation is
 * refused. Counted is what is sent on open connections.
 */
final class SimulatedNetwork {
    private static final long FIRST_RETRY = Duration.ofMillis(50).toNanos();
    private static final long LONGEST_RETRY = Duration.ofSeconds(2).toNanos();

    private final VirtualClock clock;
    private final LinkModel links;
    private final Function<ConnectionSettings, Admission> admissions;
    private final Traffic traffic = new Traffic();
    private final Map<InetSocketAddress, Listening> listening = new HashMap<>();
    private final List<SimulatedConnection> made = new ArrayList<>();

    /** @param admissions what a connection lets in */
    SimulatedNetwork(VirtualClock clock, LinkModel links, Function<ConnectionSettings, Admission> admissions) {
        this.clock = clock;
        this.links = links;
        this.admissions = admissions;
    }

    VirtualClock clock() {
        return clock;
    }

    Traffic traffic() {
        return traffic;
    }

    LinkModel.Lane lane(SimulatedProcess from, SimulatedProcess to) {
        return links.lane(from, to);
    }

    /** Takes connections to {@code address} from now on, in place of whoever did before. */
    void listen(InetSocketAddress address, Endpoint endpoint, ConnectionListener listener) {
        listening.put(address, new Listening(endpoint, listener));
    }

    /** As {@link io.howdah.ps.wire.Transport#connect}. */
    void connect(
            Endpoint from,
            InetSocketAddress address,
            Duration timeout,
            ConnectionListener listener,
            Consumer<String> failed) {
        long deadline = clock.nanoTime() + timeout.toNanos();
        attempt(from, address, listener, new Attempts(failed, deadline, FIRST_RETRY));
    }

    private record Listening(Endpoint endpoint, ConnectionListener listener) {}

    private record Attempts(Consumer<String> failed, long deadline, long delay) {
        Attempts next() {
            return new Attempts(failed, deadline, Math.min(2 * delay, LONGEST_RETRY));
        }
    }

    private void attempt(Endpoint from, InetSocketAddress address, ConnectionListener listener, Attempts attempts) {
        Listening there = listening.get(address);
        if (there != null && there.endpoint.process().isAlive()) {
            lane(from.process(), there.endpoint.process())
                    .carry(0, () -> accept(from, there, listener, attempts.failed()));
        } else if (clock.nanoTime() + attempts.delay() > attempts.deadline()) {
            from.process().execute(() -> attempts.failed().accept("nobody listens at " + address));
        } else {
            clock.after(
                    attempts.delay(),
                    () -> from.process().execute(() -> attempt(from, address, listener, attempts.next())));
        }
    }

    private void accept(Endpoint from, Listening reached, ConnectionListener listener, Consumer<String> failed) {
        Endpoint there = reached.endpoint;
        Admission admission = admissions.apply(there.settings());
        try {
            admission.admit(FrameType.HELLO, 0, 0, from.settings().identity().generation());
        } catch (ProtocolException e) {
            from.process().execute(() -> failed.accept("the handshake failed: " + e.getMessage()));
            return;
        }
        SimulatedConnection accepted =
                new SimulatedConnection(this, there, reached.listener, admission, from.self(), reason -> {});
        SimulatedConnection connected =
                new SimulatedConnection(this, from, listener, admissions.apply(from.settings()), null, failed);
        SimulatedConnection.join(accepted, connected);
        made.removeIf(connection -> !connection.isIntact());
        made.add(connected);
        accepted.inOrder(0, () -> from.process().execute(connected::opened));
        there.process().execute(accepted::opened);
        if (!from.process().isAlive() || !there.process().isAlive()) {
            lose(connected, 0);
        }
    }

    /** Connections that are there, in the order in which they were made. */
    List<SimulatedConnection> intact() {
        return made.stream().filter(SimulatedConnection::isIntact).toList();
    }

    /** Breaks a connection; its ends notice after {@code nanos}. */
    void lose(SimulatedConnection connection, long nanos) {
        connection.sever();
        clock.after(nanos, () -> connection.end("connection reset"));
        clock.after(nanos, () -> connection.otherEnd().end("connection reset"));
    }

    /** Ends a process; its peers notice after {@code nanos}. */
    void kill(SimulatedProcess process, long nanos) {
        process.kill();
        for (SimulatedConnection connection : intact()) {
            if (connection.owner().process() == process
                    || connection.otherEnd().owner().process() == process) {
                lose(connection, nanos);
            }
        }
    }
}
