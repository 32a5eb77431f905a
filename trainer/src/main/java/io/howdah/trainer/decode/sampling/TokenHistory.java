// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The tokens of one sequence, prompt first, and how often each one was seen. */
public final class TokenHistory {
    private int[] tokens;
    private int length;
    private final Map<Integer, Integer> counts = new HashMap<>();

    public TokenHistory(int... prompt) {
        tokens = new int[Math.max(16, 2 * prompt.length)];
        for (int token : prompt) {
            push(token);
        }
    }

    public int length() {
        return length;
    }

    public int token(int position) {
        if (position < 0 || position >= length) {
            throw new IndexOutOfBoundsException(
                    "Cannot read token: position=" + position + ", expected 0 to " + (length - 1));
        }
        return tokens[position];
    }

    /** The last token. */
    public int last() {
        return token(length - 1);
    }

    public void push(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
        counts.merge(token, 1, Integer::sum);
    }

    /** Takes the last token back. */
    public void pop() {
        int token = last();
        length--;
        counts.computeIfPresent(token, (key, count) -> count == 1 ? null : count - 1);
    }

    /** Forgets the tokens from {@code newLength} on. */
    public void truncate(int newLength) {
        while (length > newLength) {
            pop();
        }
    }

    /** Every token that was seen. */
    Iterable<Integer> seen() {
        return counts.keySet();
    }

    /** A copy of the tokens from {@code from} on. */
    public int[] tokens(int from) {
        return Arrays.copyOfRange(tokens, from, length);
    }
}
