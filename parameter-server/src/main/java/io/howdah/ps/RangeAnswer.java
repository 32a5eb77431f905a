// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.tensor.DType;

/** Weights of a range of the flat elements, a chunk at a time. */
final class RangeAnswer implements PullAnswer {
    /** Pieces from this size on are worth sharing. */
    private static final int SHARED_BYTES = 1 << 16;

    private final ParameterShard shard;
    private final RoundedWeights rounded;
    private final Pull pull;
    private final DType dtype;
    private long next;

    /** @throws IllegalArgumentException if the range is not the shard's */
    RangeAnswer(Pull pull, ServedModel model) {
        ParameterShard shard = model.shard();
        boolean inside = pull.getFrom() >= shard.range().from()
                && pull.getFrom() <= pull.getTo()
                && pull.getTo() <= shard.range().to();
        if (!inside) {
            throw new IllegalArgumentException("Cannot read weights: from=" + pull.getFrom() + " to=" + pull.getTo()
                    + ", expected inside " + shard.range() + "; all processes must use one parameter table");
        }
        this.shard = shard;
        this.rounded = model.rounded();
        this.pull = pull;
        this.dtype = Messages.dtype(pull.getDtype());
        this.next = pull.getFrom();
    }

    @Override
    public long minimumVersion() {
        return pull.getMinimumVersion();
    }

    @Override
    public long minimumSequence() {
        return pull.getMinimumSequence();
    }

    @Override
    public boolean sendNext(Connection connection) {
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
        if (bytes < SHARED_BYTES) {
            connection.send(FrameType.PULLED, header, bytes, into -> shard.read(from, to, dtype, into));
        } else {
            connection.send(FrameType.PULLED, header, rounded.of(from, to, dtype));
        }
        next = to;
        return next == pull.getTo();
    }
}
