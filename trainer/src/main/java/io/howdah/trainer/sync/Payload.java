// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.nio.ByteBuffer;

/** Bytes on loan: whoever is handed a payload reads it and releases it exactly once. */
public interface Payload {
    /** The bytes, little-endian, from position 0 to the limit; valid until {@link #release}. */
    ByteBuffer bytes();

    /** Gives the bytes back. */
    void release();
}
