// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one connection that a server makes: to the server that decides, or from a replica to its primary. When it breaks it
 * is made again; connections to a server that is no longer followed count for nothing. On the transport's thread.
 */
final class Upstream {
    private static final Duration FIRST_DELAY = Duration.ofMillis(20);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

    /** Connections that break without a frame in between. */
    private static final int MOST_LOSSES = 10;

    private final ServerNetwork network;
    private final ConnectionListener session;
    private @Nullable Dial current;
    private volatile boolean closing;

    /** @param session hears of the connection as if it had made it */
    Upstream(ServerNetwork network, ConnectionListener session) {
        this.network = network;
        this.session = session;
    }

    /**
     * Follows the server at {@code address} from now on.
     *
     * @param timeout of the first connection
     * @param lost told why, and no longer followed, if there is no connection for too long
     */
    void follow(InetSocketAddress address, Duration timeout, Consumer<String> lost) {
        leave();
        Dial dial = new Dial(address, lost);
        current = dial;
        dial.connect(timeout);
    }

    /** Follows nobody. */
    void leave() {
        Dial before = current;
        current = null;
        if (before != null && before.connection != null) {
            before.connection.close("another server is followed now");
        }
    }

    /** From here on a connection that breaks is not made again. Called from any thread. */
    void close() {
        closing = true;
    }

    private final class Dial implements ConnectionListener {
        private final InetSocketAddress address;
        private final Consumer<String> lost;
        private @Nullable Connection connection;
        private Duration delay = FIRST_DELAY;
        private int losses;

        Dial(InetSocketAddress address, Consumer<String> lost) {
            this.address = address;
            this.lost = lost;
        }

        void connect(Duration timeout) {
            network.dialer().connect(address, timeout, this, reason -> giveUp("address=" + address + " " + reason));
        }

        private boolean isCurrent() {
            return this == current && !closing;
        }

        private void giveUp(String reason) {
            if (isCurrent()) {
                lost.accept(reason);
            }
        }

        @Override
        public void opened(Connection opened) {
            if (!isCurrent()) {
                opened.close("another server is followed now");
                return;
            }
            connection = opened;
            session.opened(opened);
        }

        @Override
        public @Nullable ByteBuffer destination(Connection from, FrameType type, MessageLite header, int bodyLength) {
            return session.destination(from, type, header, bodyLength);
        }

        @Override
        public void received(Connection from, ReceivedFrame frame) {
            if (!isCurrent()) {
                frame.body().release();
                return;
            }
            losses = 0;
            delay = FIRST_DELAY;
            session.received(from, frame);
        }

        @Override
        public void writable(Connection to) {
            session.writable(to);
        }

        @Override
        public void closed(Connection gone, String reason) {
            boolean known = gone.equals(connection);
            connection = null;
            if (known) {
                session.closed(gone, reason);
            }
            if (!isCurrent()) {
                return;
            }
            losses++;
            if (losses >= MOST_LOSSES) {
                giveUp("address=" + address + " broke " + losses + " times in a row: " + reason);
                return;
            }
            Duration pause = delay;
            Duration doubled = delay.multipliedBy(2);
            delay = doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY;
            network.timer().after(pause, () -> {
                if (isCurrent()) {
                    connect(network.patience());
                }
            });
        }
    }
}
