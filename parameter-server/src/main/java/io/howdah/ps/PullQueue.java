// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.Connection;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Answers to pulls, produced a frame at a time and only while the connection takes them. */
final class PullQueue {
    private final Map<Connection, ArrayDeque<PullAnswer>> queues = new HashMap<>();
    private boolean draining;

    /** Sends {@code answer}, whose version is published, behind the earlier ones. */
    void add(Connection connection, PullAnswer answer) {
        queues.computeIfAbsent(connection, absent -> new ArrayDeque<>()).add(answer);
        drain(connection);
    }

    /** Sends what the connection takes. Sending may itself report the connection writable: the outer call goes on then. */
    void drain(Connection connection) {
        if (draining) {
            return;
        }
        draining = true;
        try {
            ArrayDeque<PullAnswer> queue = queues.get(connection);
            while (queue != null && !queue.isEmpty() && connection.isWritable()) {
                if (queue.element().sendNext(connection)) {
                    queue.remove();
                }
            }
        } finally {
            draining = false;
        }
    }

    void forget(Connection connection) {
        queues.remove(connection);
    }
}
