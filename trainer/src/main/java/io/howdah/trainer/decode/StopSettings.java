// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import java.util.List;
import java.util.Set;

/**
 * When a text ends.
 *
 * @param maximum most tokens that are written
 * @param endTokens tokens that end a text; the one that does is the last of its tokens, and not part of its bytes
 * @param stopStrings pieces of text that end it, and are not part of its bytes
 */
public record StopSettings(int maximum, Set<Integer> endTokens, List<String> stopStrings) {
    public StopSettings {
        endTokens = Set.copyOf(endTokens);
        stopStrings = List.copyOf(stopStrings);
        if (maximum < 1 || stopStrings.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("Cannot generate: maximum=" + maximum + " stopStrings=" + stopStrings
                    + ", expected at least 1 token and no empty string; correct them");
        }
    }

    /** Ends after so many tokens alone. */
    public static StopSettings after(int tokens) {
        return new StopSettings(tokens, Set.of(), List.of());
    }
}
