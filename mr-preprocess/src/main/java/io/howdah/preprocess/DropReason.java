// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.util.Locale;

/** Why a document is not in the dataset; each reason is a counter of the job. */
public enum DropReason {
    /** Its name does not match {@code howdah.preprocess.include}. */
    NOT_INCLUDED,
    /** Its line is no JSON object with the text field. */
    MALFORMED,
    /** Longer than {@code howdah.preprocess.max.document.bytes}. */
    TOO_LONG,
    /** Not valid UTF-8. */
    NOT_UTF8,
    /** Holds the byte that separates documents. */
    HOLDS_SEPARATOR,
    /** Shorter, after cleaning, than {@code howdah.preprocess.min.document.bytes}. */
    TOO_SHORT,
    /** Same content, after cleaning, as another document. */
    DUPLICATE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
