// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

/** How a tensor came to share the memory of its base, which decides whether it may be written in place. */
public enum ViewKind {
    /** Not a view. */
    NONE(""),
    /** A view that may be written. */
    SINGLE(""),
    /** One of several views that one call returned. */
    MULTIPLE("is one of several views that one op returned; such ops may not be written in place"),
    /** Made while nothing was recorded. */
    NO_GRAD("was made in noGrad mode, where the connection to its base was not recorded"),
    /** Made by a custom {@link Function}. */
    CUSTOM("is a view that a custom Function returned; its backward does not know of the write");

    private final String problem;

    ViewKind(String problem) {
        this.problem = problem;
    }

    /** Why such a view may not be written, or the empty text. */
    String problem() {
        return problem;
    }
}
