// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.RowGradient;
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
 * @param elements how many there are
 * @param action adds them and takes over the frame's body
 */
record Addition(long step, ToIntFunction<ParameterShard> elements, Action action) {
    /** Adds the gradients. */
    interface Action {
        ParameterShard.Arrival addTo(ParameterShard shard);
    }

    /** Whether a frame brings gradients. */
    static boolean isOne(FrameType type) {
        return type == FrameType.GRADIENT || type == FrameType.ROW_GRADIENT;
    }

    static Addition of(ReceivedFrame frame) {
        if (frame.type() == FrameType.GRADIENT) {
            Contribution chunk = Messages.contribution(frame.header(Gradient.class));
            return new Addition(
                    chunk.step(),
                    shard -> shard.range().chunkSize(chunk.chunk()),
                    shard -> shard.add(chunk, frame.body()));
        }
        RowContribution rows = Messages.rows(frame.header(RowGradient.class));
        return new Addition(
                rows.push().step(),
                shard -> rows.rows() * shard.tables().width(rows.push().table()),
                shard -> shard.addRows(rows, frame.body()));
    }
}
