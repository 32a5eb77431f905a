// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.sync.Payload;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A copy of bytes for as long as somebody refers to it. */
record KeptBytes(ByteBuffer buffer) implements Payload {
    /** @param fill writes the bytes from position 0 to the limit */
    static KeptBytes filled(int length, Consumer<ByteBuffer> fill) {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        fill.accept(buffer.duplicate());
        return new KeptBytes(buffer);
    }

    @Override
    public ByteBuffer bytes() {
        return buffer.duplicate();
    }

    @Override
    public void release() {
        // The garbage collector's.
    }
}
