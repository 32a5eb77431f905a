// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import io.howdah.trainer.decode.TokenBytes;

/** From text to a model's tokens and back. Used by one thread. */
public interface TextCodec extends AutoCloseable {
    /** The tokens of a prompt, with those that the model expects in front of it. */
    int[] encode(String text);

    /** What tokens stand for; special ones for nothing. */
    TokenBytes bytes();

    /** Number of tokens that it knows: they are below this. */
    int vocabulary();

    @Override
    void close();
}
