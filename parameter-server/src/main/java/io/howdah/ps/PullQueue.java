// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.Connection;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers to pulls, produced a frame at a time and only while the connection takes them. Connections that wait for the same
 * version are served in turns, so that all workers begin with their first layers together.
 */
final class PullQueue {
    private final Map<Connection, ArrayDeque<PullAnswer>> queues = new LinkedHashMap<>();
    private boolean draining;

    /** Sends {@code answer}, whose version is published, behind the earlier ones. */
    void add(Connection connection, PullAnswer answer) {
        queues.computeIfAbsent(connection, absent -> new ArrayDeque<>()).add(answer);
        drain(connection);
    }

    /** Runs {@code publishing}, which adds answers for many, and sends them in turns. */
    void addAll(Runnable publishing) {
        boolean outer = draining;
        draining = true;
        try {
            publishing.run();
        } finally {
            draining = outer;
        }
        drainAll();
    }

    /** Sends what the connection takes. Sending may itself report the connection writable: the outer call goes on then. */
    void drain(Connection connection) {
        if (draining) {
            return;
        }
        draining = true;
        try {
            boolean sent = true;
            while (sent) {
                sent = sendNext(connection);
            }
        } finally {
            draining = false;
        }
    }

    private void drainAll() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            boolean sent = true;
            while (sent) {
                sent = false;
                for (Connection connection : queues.keySet().toArray(Connection[]::new)) {
                    sent |= sendNext(connection);
                }
            }
        } finally {
            draining = false;
        }
    }

    /** Sends a frame, if there is one and the connection takes it. */
    private boolean sendNext(Connection connection) {
        ArrayDeque<PullAnswer> queue = queues.get(connection);
        if (queue == null || queue.isEmpty() || !connection.isWritable()) {
            return false;
        }
        PullAnswer answer = queue.element();
        if (answer.sendNext(connection)) {
            queue.remove(answer);
        }
        return true;
    }

    void forget(Connection connection) {
        queues.remove(connection);
    }
}
