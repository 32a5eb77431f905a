// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.util.Locale;

/** What is counted, each from the start of the process. */
public enum Counter {
    BYTES_RECEIVED,
    BYTES_SENT,
    /** Contributions of one logical worker to one chunk. */
    PUSHES,
    /** Contributions that came before, or from an older attempt or step. */
    DUPLICATES,
    /** Contributions that waited for an earlier logical worker. */
    WAITED,
    /** Elements added to a sum. */
    SUMMED_ELEMENTS,
    APPLIED_STEPS,
    SKIPPED_STEPS,
    /** Connections of another generation. */
    FENCED,
    /** Connections closed because of what they sent. */
    REFUSED;

    /** Name as metrics show it, for instance {@code bytesReceived}. */
    public String label() {
        StringBuilder label = new StringBuilder();
        for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
            label.append(label.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return label.toString();
    }
}
