// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The beginning of a text.
 *
 * @param id names it in the output, and is part of the key of the noise
 * @param place where it came from, for messages
 * @param content what it says
 * @param maximum most tokens that are written behind it, if it says so itself
 * @param seed of its noise, if it says so itself
 */
public record Prompt(String id, String place, Content content, OptionalInt maximum, OptionalLong seed) {
    /** What a prompt says: text, or tokens of the model. */
    public sealed interface Content permits Text, Tokens {}

    /** Words. */
    public record Text(String text) implements Content {}

    /** Tokens of a row of a dataset. */
    public record Tokens(int[] tokens) implements Content {}

    /** The first 64 bits of SHA-256 over the id: the number of the prompt in the key of the noise. */
    public long number() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
