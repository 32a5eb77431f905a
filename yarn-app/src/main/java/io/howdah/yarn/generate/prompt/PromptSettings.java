// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import io.howdah.hdfs.Part;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.yarn.config.GenerateKeys;
import java.util.Objects;

/** What a configuration says of prompts. */
record PromptSettings(Config config) {
    /** A prompt is read many tokens at a time; this many cost about as much as one that is written. */
    private static final int READ_FOR_ONE = 8;

    PromptSource source() {
        return Objects.requireNonNull(PromptSource.ALL.get(config.get(GenerateKeys.FORMAT)));
    }

    String input() {
        return config.get(GenerateKeys.INPUT);
    }

    boolean skipsMalformed() {
        return config.get(GenerateKeys.MALFORMED).equals("skip");
    }

    /** Most prompts that are taken. */
    long limit() {
        long limit = config.get(GenerateKeys.PROMPTS);
        return limit == 0 ? Long.MAX_VALUE : limit;
    }

    Part part() {
        return config.get(GenerateKeys.PART).equals("train") ? Part.TRAIN : Part.HELDOUT;
    }

    /** Tokens of a row that are its prompt. */
    int rowTokens() {
        return config.getInt(GenerateKeys.PROMPT_TOKENS);
    }

    /**
     * Work that a prompt foretells, in written tokens.
     *
     * @param read bytes or tokens of the prompt
     */
    long weight(long read, int maximum) {
        return (read / READ_FOR_ONE + maximum) * config.get(DecodeKeys.SAMPLES);
    }

    /** Most tokens that are written where the prompt says nothing else. */
    int maximum() {
        return config.getInt(DecodeKeys.MAX_TOKENS);
    }
}
