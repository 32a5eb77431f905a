// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What multiplies rows with weights. */
public enum Products {
    /** The JVM's vector instructions: the same bits on every processor. */
    VECTOR,
    /** oneDNN, in bfloat16: quicker for many rows, on processors with instructions for it, which decide about the bits. */
    ONEDNN;

    /** Names for configuration. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Products::text).toList();
    }

    /** @param text one of {@link #names} */
    public static Products of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
