// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.Payload;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The last weights that were rounded for the wire: workers that are answered in turns get the same bytes, rounded once. On
 * the transport's thread.
 */
final class RoundedWeights {
    private final ParameterShard shard;
    private final int chunkElements;
    private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();
    private @Nullable Rounded last;

    RoundedWeights(ParameterShard shard, int chunkElements) {
        this.shard = shard;
        this.chunkElements = chunkElements;
    }

    /** Flat elements [from, to), inside one chunk, as they are now, in {@code dtype}; whoever gets them releases them. */
    Payload of(long from, long to, DType dtype) {
        Rounded present = last;
        if (present == null || !present.is(from, to, dtype, shard.state())) {
            if (present != null) {
                present.release();
            }
            present = new Rounded(from, to, dtype, shard.state());
            shard.read(from, to, dtype, present.buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            last = present;
        }
        present.readers++;
        return present;
    }

    private ByteBuffer buffer(int elements, DType dtype) {
        ByteBuffer buffer = spare.poll();
        return buffer == null || buffer.capacity() < elements * dtype.bytes()
                ? ByteBuffer.allocateDirect(Math.max(elements, chunkElements) * dtype.bytes())
                : buffer;
    }

    /** Counts who still reads it, {@link #last} included. */
    private final class Rounded implements Payload {
        private final long from;
        private final long to;
        private final DType dtype;
        private final long state;
        private final ByteBuffer buffer;
        private int readers = 1;

        Rounded(long from, long to, DType dtype, long state) {
            this.from = from;
            this.to = to;
            this.dtype = dtype;
            this.state = state;
            this.buffer = buffer((int) (to - from), dtype);
        }

        boolean is(long otherFrom, long otherTo, DType otherDtype, long otherState) {
            return from == otherFrom && to == otherTo && dtype == otherDtype && state == otherState;
        }

        @Override
        public ByteBuffer bytes() {
            return buffer.duplicate().clear().limit((int) (to - from) * dtype.bytes());
        }

        @Override
        public void release() {
            readers--;
            if (readers == 0) {
                spare.add(buffer);
            }
        }
    }
}
