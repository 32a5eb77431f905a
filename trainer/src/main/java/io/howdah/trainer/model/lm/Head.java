// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import java.util.Arrays;
import java.util.List;

/** Where the weight that gives the scores of the tokens comes from. */
public enum Head {
    /** It is that of the tokens' embedding (Press and Wolf, “Using the output embedding to improve language models”, 2017). */
    TIED("tied"),
    /** It is a parameter of its own. */
    UNTIED("untied");

    private final String text;

    Head(String text) {
        this.text = text;
    }

    /** Name in the configuration. */
    public String text() {
        return text;
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Head::text).toList();
    }

    static Head named(String text) {
        return Arrays.stream(values())
                .filter(head -> head.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Cannot choose head: name=" + text + ", expected one of " + names() + "; correct the name"));
    }
}
