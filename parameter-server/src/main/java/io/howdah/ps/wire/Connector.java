// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Makes one connection, trying again while nobody listens yet and the time allows, and a few times when the connection ends
 * during the handshake: it may have been cut, though whoever is refused sees the same.
 */
final class Connector {
    private static final Duration FIRST_DELAY = Duration.ofMillis(50);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private static final int MOST_ENDS = 5;

    private final Transport transport;
    private final Timer timer;
    private final InetSocketAddress address;
    private final Duration timeout;
    private final Consumer<String> failed;
    private final long deadline;
    private int ends;

    Connector(Transport transport, Timer timer, InetSocketAddress address, Duration timeout, Consumer<String> failed) {
        this.transport = transport;
        this.timer = timer;
        this.address = address;
        this.timeout = timeout;
        this.failed = failed;
        this.deadline = timer.nanoTime() + timeout.toNanos();
    }

    void begin(Peer self, ConnectionListener listener) {
        attempt(self, listener, FIRST_DELAY);
    }

    private void attempt(Peer self, ConnectionListener listener, Duration delay) {
        transport.attempt(
                address, self, listener, reason -> again(self, listener, delay, reason), (reason, certain) -> {
                    ends++;
                    String told = "the handshake failed (another secret, job or generation): " + reason;
                    if (certain || ends >= MOST_ENDS) {
                        failed.accept(told);
                    } else {
                        again(self, listener, delay, told);
                    }
                });
    }

    private void again(Peer self, ConnectionListener listener, Duration delay, String reason) {
        if (timer.nanoTime() + delay.toNanos() > deadline) {
            failed.accept("no connection within " + timeout.toMillis() + " ms: " + reason);
        } else {
            Duration doubled = delay.multipliedBy(2);
            Duration next = doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY;
            timer.after(delay, () -> attempt(self, listener, next));
        }
    }
}
