// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.Timer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a server reaches others.
 *
 * @param timer of its thread
 * @param dialer makes connections
 * @param patience how long another server may be away before it counts as lost
 */
public record ServerNetwork(Timer timer, Dialer dialer, Duration patience) {
    /** How long another server may usually be away. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Makes connections as the process that it belongs to. */
    @FunctionalInterface
    public interface Dialer {
        /** As {@link io.howdah.ps.wire.Transport#connect}. */
        void connect(InetSocketAddress address, Duration timeout, ConnectionListener listener, Consumer<String> failed);
    }
}
