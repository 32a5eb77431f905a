// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.RowGradient;
import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.Contribution;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.RowContribution;
import java.util.function.ToIntFunction;

/**
 * Gradients of one frame that are to be added to a shard, of a chunk or of rows.
 *
 * @param step step that they belong to
 * @param logicalWorker whose they are
 * @param bytes of the frame's body
 * @param chunk that they are of; −1 if they are of rows
 * @param elements how many there are
 * @param action adds them and takes over the frame's body
 */
record Addition(
        long step, int logicalWorker, int bytes, int chunk, ToIntFunction<ParameterShard> elements, Action action) {
    /** Adds the gradients. */
    interface Action {
        ParameterShard.Arrival addTo(ParameterShard shard);
    }

    /** Adds the gradients to {@code shard} and counts what became of them; returns true if they changed a sum. */
    boolean addTo(ParameterShard shard, Counters counters) {
        counters.add(Counter.PUSHES, 1);
        long start = counters.nanoTime();
        ParameterShard.Arrival arrival = action.addTo(shard);
        counters.add(Counter.SUM_NANOS, counters.nanoTime() - start);
        switch (arrival) {
            case FOLDED, WAITING -> {
                counters.add(Counter.WAITED, arrival == ParameterShard.Arrival.WAITING ? 1 : 0);
                counters.add(Counter.SUMMED_ELEMENTS, elements.applyAsInt(shard));
                counters.add(Counter.SUMMED_BYTES, bytes);
            }
            case DUPLICATE, OLD_ATTEMPT, OLD_STEP -> counters.add(Counter.DUPLICATES, 1);
        }
        return arrival == ParameterShard.Arrival.FOLDED;
    }

    /** Whether a frame brings gradients. */
    static boolean isOne(FrameType type) {
        return type == FrameType.GRADIENT || type == FrameType.ROW_GRADIENT;
    }

    static Addition of(ReceivedFrame frame) {
        int bytes = frame.body().bytes().remaining();
        if (frame.type() == FrameType.GRADIENT) {
            Contribution chunk = Messages.contribution(frame.header(Gradient.class));
            return new Addition(
                    chunk.step(),
                    chunk.logicalWorker(),
                    bytes,
                    chunk.chunk(),
                    shard -> shard.range().chunkSize(chunk.chunk()),
                    shard -> shard.add(chunk, frame.body()));
        }
        RowContribution rows = Messages.rows(frame.header(RowGradient.class));
        return new Addition(
                rows.push().step(),
                rows.push().logicalWorker(),
                bytes,
                -1,
                shard -> rows.rows() * shard.tables().width(rows.push().table()),
                shard -> shard.addRows(rows, frame.body()));
    }
}
