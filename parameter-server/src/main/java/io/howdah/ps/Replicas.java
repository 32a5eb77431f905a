// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepOutcome;

/** What a server's session asks of, and tells, the replication of its shard. On the transport's thread. */
interface Replicas {
    /** A shard that is kept once. */
    Replicas NONE = new Replicas() {
        @Override
        public boolean admits(Connection connection) {
            return true;
        }

        @Override
        public boolean takes(Connection connection, ReceivedFrame frame) {
            return false;
        }

        @Override
        public int shardOf(Connection connection, int server) {
            return server;
        }

        @Override
        public void summed(int chunk) {
            // nobody else wants it
        }

        @Override
        public void reported(ShardReport report, Runnable forward) {
            forward.run();
        }

        @Override
        public void decided(StepOutcome outcome) {
            // nobody else wants it
        }

        @Override
        public void whenRecorded(StepOutcome outcome, Runnable action) {
            action.run();
        }

        @Override
        public boolean mayEnd(StepOutcome outcome) {
            return true;
        }

        @Override
        public void ending(StepOutcome outcome) {
            // nobody else wants it
        }

        @Override
        public void ended(StepOutcome outcome) {
            // nobody else wants it
        }

        @Override
        public void writable(Connection connection) {
            // nothing waits
        }

        @Override
        public boolean closed(Connection connection) {
            return false;
        }
    };

    /** Whether a connection that has opened is the session's: that of a worker, of a deciding server or to one. */
    boolean admits(Connection connection);

    /** Takes a frame, and releases its body, if it is about replication. */
    boolean takes(Connection connection, ReceivedFrame frame);

    /** The shard that the peer at the other end, server {@code server}, reports for. */
    int shardOf(Connection connection, int server);

    /** A gradient was added to a chunk. */
    void summed(int chunk);

    /** All gradients of the open step are added; {@code forward} runs once replicas have them too. */
    void reported(ShardReport report, Runnable forward);

    /** This server has decided a step, and told nobody yet. */
    void decided(StepOutcome outcome);

    /** Runs {@code action} once a decision of this server outlives the server. */
    void whenRecorded(StepOutcome outcome, Runnable action);

    /** Whether a decided step may end here: not before the replicas have what is needed for it. */
    boolean mayEnd(StepOutcome outcome);

    /** The sums of a decided step are there for the last time. */
    void ending(StepOutcome outcome);

    /** A step has ended. */
    void ended(StepOutcome outcome);

    /** More can be sent. */
    void writable(Connection connection);

    /** A connection is gone; returns true if its loss is nobody's failure. */
    boolean closed(Connection connection);
}
