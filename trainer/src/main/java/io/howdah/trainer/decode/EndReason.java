// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

/** Why a text ended. */
public enum EndReason {
    /** An end token was written. */
    END_TOKEN("end_token"),
    /** A stop string was written. */
    STOP_STRING("stop_string"),
    /** As many tokens as wanted were written. */
    MAXIMUM("maximum"),
    /** The model knows no more positions. */
    CONTEXT("context");

    private final String text;

    EndReason(String text) {
        this.text = text;
    }

    /** Name in output. */
    public String text() {
        return text;
    }
}
