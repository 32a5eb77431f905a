// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

/** What tokens stand for. */
@FunctionalInterface
public interface TokenBytes {
    /** Token n is byte n; other tokens stand for nothing. */
    TokenBytes BYTES = token -> token < 256 ? new byte[] {(byte) token} : new byte[0];

    /** The bytes of a token's text, which may be part of a character. */
    byte[] of(int token);
}
