// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

/** Which frames one end of a connection lets in, judged before anything is allocated for them. */
public class Admission {
    /** Enough for any header but a hostile one. */
    private static final int HEADER_LIMIT = 1 << 16;

    private static final int HANDSHAKE_HEADER_LIMIT = 1 << 10;

    private final ConnectionSettings settings;
    private boolean open;

    public Admission(ConnectionSettings settings) {
        this.settings = settings;
    }

    /** The handshake is done. */
    public void opened() {
        open = true;
    }

    /**
     * Lets a frame in.
     *
     * @throws ProtocolException if its type or a length is not one for now, or it is of another generation
     */
    public void admit(FrameType type, int headerLength, int bodyLength, long generation) {
        int headerLimit = open ? HEADER_LIMIT : HANDSHAKE_HEADER_LIMIT;
        int bodyLimit = open ? settings.bodyLimit() : 0;
        if (type.isHandshake() == open) {
            throw new ProtocolException("type=" + type + (open ? " after" : " before") + " the handshake");
        }
        if (headerLength < 0 || headerLength > headerLimit) {
            throw new ProtocolException(
                    "headerBytes=" + Integer.toUnsignedString(headerLength) + ", expected at most " + headerLimit);
        }
        if (bodyLength < 0 || bodyLength > bodyLimit) {
            throw new ProtocolException(
                    "bodyBytes=" + Integer.toUnsignedString(bodyLength) + ", expected at most " + bodyLimit);
        }
        fence(generation);
        settings.counters().add(Counter.BYTES_RECEIVED, FramePrefix.BYTES + (long) headerLength + bodyLength);
    }

    void fence(long generation) {
        if (generation != settings.identity().generation()) {
            settings.counters().add(Counter.FENCED, 1);
            throw new ProtocolException("generation=" + generation + ", expected "
                    + settings.identity().generation());
        }
    }
}
