// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import io.howdah.trainer.sync.Payload;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One authenticated connection, which keeps the order of what it carries. Used on the thread of its process only. */
public interface Connection {
    /** Who is at the other end, as far as it said and proved; a connection that was made knows only the address. */
    @Nullable
    Peer peer();

    /** Address of the other end, for people. */
    String address();

    /** False while so much waits to be sent that more should not be produced. */
    boolean isWritable();

    /** Sends a frame without body. */
    void send(FrameType type, MessageLite header);

    /** Sends a frame whose body is {@code body}, which is released once it is written or cannot be. */
    void send(FrameType type, MessageLite header, Payload body);

    /** Sends a frame with a body of {@code bodyBytes}, which {@code fill} writes from position 0 to the limit. */
    void send(FrameType type, MessageLite header, int bodyBytes, Consumer<ByteBuffer> fill);

    /** Closes the connection; {@code reason} goes to the listener. */
    void close(String reason);

    /** Tells the other end why, and closes the connection. */
    void fail(String reason);
}
