// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.ChunkMean;
import io.howdah.ps.proto.Followed;
import io.howdah.ps.proto.RowMeans;
import io.howdah.ps.proto.StepMeans;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ShardSums;
import io.howdah.trainer.sync.StepOutcome;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shard's backup as its primary sees it: a queue of what it still has to be sent, produced only as fast as the connection
 * takes it, and of what waits until it has that. Mean gradients and decisions go through the one queue, so that the backup
 * ends the very same steps in the same order. Open to tests alone. On the transport's thread.
 */
class Backup {
    private static final int ROW_BYTES = 1 << 20;

    private final long epoch;
    private final int server;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private @Nullable Connection connection;
    private long version = -1;
    private long summed = -1;
    private long streamed = -1;
    private boolean draining;

    /** Makes a backup. */
    interface Maker {
        Backup make(long epoch, int server);
    }

    /** Something to send. */
    private interface Piece {
        void send(Connection to);

        /** The step whose mean gradients it reads; −1 if it reads none. */
        default long meansOf() {
            return -1;
        }
    }

    private record Mean(long step, java.util.function.Consumer<Connection> sending) implements Piece {
        @Override
        public void send(Connection to) {
            sending.accept(to);
        }

        @Override
        public long meansOf() {
            return step;
        }
    }

    /** @param sums true for the mean gradients of step {@code number}, false for version {@code number} */
    private record Waiting(boolean sums, long number, Runnable action) {}

    /**
     * @param epoch that the shard's replicas are of
     * @param server index of the backup's process
     */
    Backup(long epoch, int server) {
        this.epoch = epoch;
        this.server = server;
    }

    long epoch() {
        return epoch;
    }

    int server() {
        return server;
    }

    boolean isAt(Connection other) {
        return other.equals(connection);
    }

    /** The version that it is known to have; −1 before it has any. */
    long version() {
        return version;
    }

    /** Sends all of the open step and of the decisions from the beginning: the backup has {@code itsVersion}. */
    void follow(Connection opened, long itsVersion, ParameterShard shard, DecisionLog log, boolean reported) {
        connection = opened;
        pieces.clear();
        streamed = -1;
        log.all().stream().filter(outcome -> outcome.step() < shard.version()).forEach(this::offer);
        ShardSums sums = new ShardSums(shard);
        for (int chunk = 0; chunk < shard.range().chunks(); chunk++) {
            offerChunk(shard, sums, chunk);
        }
        if (reported) {
            offerStep(shard, sums);
        }
        log.all().forEach(this::offer);
        pieces.add(to -> to.send(
                FrameType.FOLLOWED, Followed.newBuilder().setEpoch(epoch).build()));
        drain();
        hasVersion(itsVersion);
    }

    /** Its connection is gone; it will follow anew. */
    void disconnected() {
        connection = null;
        pieces.clear();
    }

    /** A gradient was added to a chunk, which may be complete. */
    void summed(ParameterShard shard, int chunk) {
        if (connection != null) {
            offerChunk(shard, new ShardSums(shard), chunk);
            drain();
        }
    }

    /** All chunks and rows of the open step are complete. */
    void reported(ParameterShard shard) {
        if (connection != null) {
            offerStep(shard, new ShardSums(shard));
            drain();
        }
    }

    private void offerChunk(ParameterShard shard, ShardSums sums, int chunk) {
        if (!sums.isComplete(chunk)) {
            return;
        }
        ChunkMean header = ChunkMean.newBuilder()
                .setStep(shard.version())
                .setChunk(chunk)
                .setSamples(sums.samples(chunk))
                .build();
        int bytes = shard.range().chunkSize(chunk) * Float.BYTES;
        pieces.add(new Mean(
                shard.version(), to -> to.send(FrameType.CHUNK_MEAN, header, bytes, into -> sums.read(chunk, into))));
    }

    private void offerStep(ParameterShard shard, ShardSums sums) {
        long step = shard.version();
        for (int table = 0; table < sums.tables(); table++) {
            int most = Math.max(1, ROW_BYTES / sums.rowBytes(table));
            for (int from = 0; from < sums.rows(table); from += most) {
                offerRows(step, sums, table, from, Math.min(sums.rows(table), from + most));
            }
        }
        int[] attempts = sums.attempts();
        StepMeans header =
                StepMeans.newBuilder().setStep(step).setSamples(sums.samples()).build();
        pieces.add(new Mean(
                step,
                to -> to.send(
                        FrameType.STEP_MEANS,
                        header,
                        attempts.length * Integer.BYTES,
                        into -> into.order(ByteOrder.LITTLE_ENDIAN)
                                .asIntBuffer()
                                .put(attempts))));
    }

    private void offerRows(long step, ShardSums sums, int table, int from, int to) {
        RowMeans header = RowMeans.newBuilder().setStep(step).setTable(table).build();
        pieces.add(new Mean(
                step,
                connected -> connected.send(
                        FrameType.ROW_MEANS,
                        header,
                        (to - from) * sums.rowBytes(table),
                        into -> sums.readRows(table, from, to, into))));
    }

    /** A step was decided. */
    void decided(StepOutcome outcome) {
        if (connection != null) {
            offer(outcome);
            drain();
        }
    }

    private void offer(StepOutcome outcome) {
        if (outcome.step() > streamed) {
            streamed = outcome.step();
            pieces.add(to -> to.send(FrameType.OUTCOME, Messages.outcome(outcome)));
        }
    }

    /** The mean gradients of steps up to {@code step} will be gone: what was not sent of a skipped step is not needed. */
    void dropMeans(long step) {
        pieces.removeIf(piece -> piece.meansOf() >= 0 && piece.meansOf() <= step);
    }

    /** Sends what the connection takes. Sending may itself report the connection writable: the outer call goes on then. */
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (connection != null && !pieces.isEmpty() && connection.isWritable()) {
                pieces.remove().send(connection);
            }
        } finally {
            draining = false;
        }
    }

    /** It has all mean gradients of {@code step}. */
    void hasSums(long step) {
        summed = Math.max(summed, step);
        runDue();
    }

    /** It has ended all steps before {@code newVersion}. */
    void hasVersion(long newVersion) {
        version = Math.max(version, newVersion);
        runDue();
    }

    /** Whether it has the mean gradients of {@code step}, or has ended it. */
    boolean isSummed(long step) {
        return summed >= step || version > step;
    }

    /** Whether it has {@code wanted}, or a later version. */
    boolean isAtVersion(long wanted) {
        return version >= wanted;
    }

    void whenSummed(long step, Runnable action) {
        waitFor(new Waiting(true, step, action));
    }

    void whenAtVersion(long wanted, Runnable action) {
        waitFor(new Waiting(false, wanted, action));
    }

    private void waitFor(Waiting wait) {
        if (isOver(wait)) {
            wait.action.run();
        } else {
            waiting.add(wait);
        }
    }

    private boolean isOver(Waiting wait) {
        return wait.sums ? isSummed(wait.number) : isAtVersion(wait.number);
    }

    private void runDue() {
        for (Waiting wait : List.copyOf(waiting)) {
            if (isOver(wait) && waiting.remove(wait)) {
                wait.action.run();
            }
        }
    }

    /** It is no longer the shard's backup: nothing waits for it. */
    void dismiss(String reason) {
        pieces.clear();
        Connection before = connection;
        connection = null;
        if (before != null) {
            before.close(reason);
        }
        List<Waiting> released = List.copyOf(waiting);
        waiting.clear();
        released.forEach(wait -> wait.action.run());
    }
}
