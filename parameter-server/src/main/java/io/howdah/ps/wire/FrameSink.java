// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a {@link FrameDecoder} reports to; any method may throw {@link ProtocolException}. */
interface FrameSink {
    /** Checks type, lengths and generation before anything is allocated for the frame. */
    void admit(FrameType type, FramePrefix prefix);

    /** Where the body shall be read to, or null for a buffer of its own. */
    @Nullable
    ByteBuffer destination(FrameType type, MessageLite header, int bodyLength);

    /** Takes a whole frame. */
    void accept(ReceivedFrame frame);

    /** A buffer of {@code bytes} was taken for a body. */
    void taken(int bytes);

    /** A body's buffer was released. */
    void released(int bytes);

    /** The bytes broke the protocol; nothing more will be read. */
    void refuse(String reason);
}
