// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.PullRows;
import io.howdah.ps.proto.PulledRows;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.RowContribution;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Rows of a sparse table in one frame. */
final class RowAnswer implements PullAnswer {
    private final ParameterShard shard;
    private final PullRows pull;
    private final DType dtype;
    private final long[] ids;

    /**
     * @param body the ids, which are copied
     * @throws IllegalArgumentException if table or ids are not the shard's, or the answer would not fit a frame
     */
    RowAnswer(PullRows pull, ByteBuffer body, ParameterShard shard) {
        this.shard = shard;
        this.pull = pull;
        this.dtype = Messages.dtype(pull.getDtype());
        this.ids = new long[body.remaining() / Long.BYTES];
        body.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(ids);
        shard.tables().checkRead(pull.getTable(), ids);
        int most = RowContribution.rowsPerPiece(shard.tables().width(pull.getTable()), dtype);
        if (ids.length > most || body.remaining() % Long.BYTES != 0) {
            throw new IllegalArgumentException("Cannot read rows: bytes=" + body.remaining() + ", expected at most "
                    + most + " ids of " + Long.BYTES + " bytes; ask for more in several frames");
        }
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
        PulledRows header = PulledRows.newBuilder()
                .setRequest(pull.getRequest())
                .setVersion(shard.version())
                .build();
        int bytes = ids.length * shard.tables().width(pull.getTable()) * dtype.bytes();
        connection.send(
                FrameType.PULLED_ROWS, header, bytes, into -> shard.tables().read(pull.getTable(), ids, dtype, into));
        return true;
    }
}
