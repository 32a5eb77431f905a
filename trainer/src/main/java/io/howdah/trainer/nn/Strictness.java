// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

/** How a state has to match the names of a module; shapes always have to. */
public enum Strictness {
    /** Exactly. */
    STRICT,
    /** What is missing keeps its values, what is unexpected is passed over. */
    LENIENT
}
