// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What happens on connections; all calls come on the transport's thread. */
public interface ConnectionListener {
    /** Both ends have proved who they are. */
    void opened(Connection connection);

    /** Memory that a frame's body shall be read into directly, or null for a buffer of its own. */
    @Nullable
    ByteBuffer destination(Connection connection, FrameType type, MessageLite header, int bodyLength);

    /** A whole frame came; the receiver releases its body. An {@link IllegalArgumentException} closes the connection. */
    void received(Connection connection, ReceivedFrame frame);

    /** More can be sent after {@link Connection#isWritable} was false. */
    void writable(Connection connection);

    /** An opened connection is gone. */
    void closed(Connection connection, String reason);
}
