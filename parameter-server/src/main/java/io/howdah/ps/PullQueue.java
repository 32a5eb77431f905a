// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.tensor.DType;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Answers to pulls, produced a chunk at a time and only while the connection takes them. */
final class PullQueue {
    private final Map<Connection, ArrayDeque<Pending>> queues = new HashMap<>();
    private boolean draining;

    /** Answers {@code pull}, whose version is published. */
    void add(Connection connection, Pull pull, ParameterShard shard) {
        queues.computeIfAbsent(connection, absent -> new ArrayDeque<>()).add(new Pending(pull));
        drain(connection, shard);
    }

    /** Sends what the connection takes. Sending may itself report the connection writable: the outer call goes on then. */
    void drain(Connection connection, ParameterShard shard) {
        if (draining) {
            return;
        }
        draining = true;
        try {
            ArrayDeque<Pending> queue = queues.get(connection);
            while (queue != null && !queue.isEmpty() && connection.isWritable()) {
                if (queue.element().sendNext(connection, shard)) {
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

    private static final class Pending {
        private final Pull pull;
        private final DType dtype;
        private long next;

        Pending(Pull pull) {
            this.pull = pull;
            this.dtype = Messages.dtype(pull.getDtype());
            this.next = pull.getFrom();
        }

        /** Returns true if that was the last piece. */
        boolean sendNext(Connection connection, ParameterShard shard) {
            ShardRange range = shard.range();
            long from = next;
            long to = from == pull.getTo() ? from : Math.min(pull.getTo(), range.chunkTo(range.chunkAt(from)));
            Pulled header = Pulled.newBuilder()
                    .setRequest(pull.getRequest())
                    .setFrom(from)
                    .setTo(to)
                    .setVersion(shard.version())
                    .build();
            int bytes = (int) (to - from) * dtype.bytes();
            connection.send(FrameType.PULLED, header, bytes, into -> shard.read(from, to, dtype, into));
            next = to;
            return next == pull.getTo();
        }
    }
}
