// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import java.util.Arrays;
import java.util.List;

/** How heads predict the tokens behind the next one. */
public enum HeadKind {
    /**
     * A residual layer each, over what the trunk says: h + silu(W·h) (Cai et al., “Medusa: simple LLM inference acceleration
     * framework with multiple decoding heads”, 2024).
     */
    MEDUSA("medusa"),
    /** A block each, over what the trunk says (Gloeckle et al., “Better &amp; faster large language models via multi-token prediction”, 2024). */
    PARALLEL("parallel"),
    /** A block each, over what the one before says and the token that it was to find (“DeepSeek-V3 technical report”, 2024). */
    SEQUENTIAL("sequential");

    private final String text;

    HeadKind(String text) {
        this.text = text;
    }

    /** Name in files and in the configuration. */
    public String text() {
        return text;
    }

    /** Whether a head reads what the one before it says, so that heads come one after the other. */
    public boolean isChained() {
        return this == SEQUENTIAL;
    }

    /** @throws IllegalArgumentException for an unknown name; it lists the known ones */
    public static HeadKind named(String text) {
        List<String> names = Arrays.stream(values()).map(HeadKind::text).toList();
        int index = names.indexOf(text);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "Cannot choose heads: kind=" + text + ", expected one of " + names + "; correct the name");
        }
        return values()[index];
    }
}
