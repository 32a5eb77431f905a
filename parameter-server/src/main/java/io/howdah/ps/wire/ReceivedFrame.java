// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import io.howdah.trainer.sync.Payload;

/**
 * A whole, checked frame. Whoever is handed it releases the body exactly once.
 *
 * @param type kind of frame
 * @param header message of that kind
 * @param body the body's bytes; empty where the frame has none or where they went to their destination directly
 */
public record ReceivedFrame(FrameType type, MessageLite header, Payload body) {
    /** The header as the message of its type. */
    public <M extends MessageLite> M header(Class<M> message) {
        return message.cast(header);
    }
}
