// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.codec;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.decode.TokenBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of every token of a {@code tokenizer.json}, from its vocabulary and its decoder, so that a text may be cut
 * behind any token, also inside a character.
 */
final class TokenTable implements TokenBytes {
    private static final byte[] NOTHING = {};
    private static final int LATIN = 256;

    private final byte[][] bytes;

    private TokenTable(byte[][] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param root contents of tokenizer.json
     * @param location for messages
     * @throws IOException if its decoder is of an unknown kind
     */
    static TokenTable of(JsonNode root, String location) throws IOException {
        Function<String, byte[]> decoder = decoder(root.path("decoder"), location);
        JsonNode vocabulary = root.path("model").path("vocab");
        List<byte[]> table = new ArrayList<>();
        if (vocabulary.isArray()) {
            for (int token = 0; token < vocabulary.size(); token++) {
                put(table, token, decoder.apply(vocabulary.path(token).path(0).asText()));
            }
        } else {
            vocabulary
                    .fields()
                    .forEachRemaining(entry -> put(table, entry.getValue().asInt(), decoder.apply(entry.getKey())));
        }
        for (JsonNode added : root.path("added_tokens")) {
            byte[] content = added.path("content").asText().getBytes(StandardCharsets.UTF_8);
            put(table, added.path("id").asInt(), added.path("special").asBoolean() ? NOTHING : content);
        }
        if (table.isEmpty()) {
            throw new IOException("Cannot read tokenizer: file=" + location
                    + " has no vocabulary, expected one; use a tokenizer.json of the tokenizers library");
        }
        return new TokenTable(table.toArray(byte[][]::new));
    }

    private static void put(List<byte[]> table, int token, byte[] content) {
        while (table.size() <= token) {
            table.add(NOTHING);
        }
        table.set(token, content);
    }

    int size() {
        return bytes.length;
    }

    @Override
    public byte[] of(int token) {
        return token < bytes.length ? bytes[token] : NOTHING;
    }

    private static Function<String, byte[]> decoder(JsonNode decoder, String location) throws IOException {
        String text = decoder.toString();
        String type = decoder.path("type").asText();
        if (type.equals("ByteLevel") || type.equals("Sequence") && text.contains("\"ByteLevel\"")) {
            int[] byteOf = byteLevel();
            return token -> fromCharacters(token, byteOf);
        }
        if (type.equals("Metaspace") || text.contains("\u2581")) {
            return TokenTable::fromPieces;
        }
        throw new IOException("Cannot read tokenizer: file=" + location + " decoder=" + type
                + ", expected ByteLevel or Metaspace, as gpt2 and llama have; use a model with such a tokenizer");
    }

    /** By character: the byte that it names (Radford et al. 2019). */
    private static int[] byteLevel() {
        int[] byteOf = new int[2 * LATIN];
        Arrays.fill(byteOf, -1);
        int others = 0;
        for (int value = 0; value < LATIN; value++) {
            boolean printable = value > ' ' && value < 0x7F || value > 0xA0 && value != 0xAD;
            byteOf[printable ? value : LATIN + others++] = value;
        }
        return byteOf;
    }

    private static byte[] fromCharacters(String token, int[] byteOf) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < token.length(); i++) {
            char character = token.charAt(i);
            int value = character < byteOf.length ? byteOf[character] : -1;
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            out.write(value);
        }
        return out.toByteArray();
    }

    /** Pieces of SentencePiece: ▁ is a space, {@code <0x0A>} a byte. */
    private static byte[] fromPieces(String token) {
        Integer value = byteName(token);
        return value == null
                ? token.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8)
                : new byte[] {value.byteValue()};
    }

    private static @Nullable Integer byteName(String token) {
        return token.matches("<0x[0-9A-F]{2}>") ? Integer.valueOf(token.substring(3, 5), 16) : null;
    }
}
