// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import io.howdah.trainer.decode.TokenBytes;
import io.howdah.trainer.model.pretrained.ByteTokenizer;
import java.nio.charset.StandardCharsets;

/**
 * Token n is byte n of the text in UTF-8, as preprocessing packs it. A prompt begins, as every row in training, with the
 * separator, which stands for no text.
 *
 * @param separator token between documents
 */
public record ByteCodec(int separator) implements TextCodec {
    private static final byte[] NOTHING = {};

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length + 1];
        tokens[0] = separator;
        for (int i = 0; i < bytes.length; i++) {
            tokens[i + 1] = bytes[i] & 0xff;
        }
        return tokens;
    }

    @Override
    public TokenBytes bytes() {
        return token -> token == separator ? NOTHING : TokenBytes.BYTES.of(token);
    }

    @Override
    public int vocabulary() {
        return ByteTokenizer.VOCABULARY;
    }

    @Override
    public void close() {}
}
