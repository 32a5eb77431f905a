// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/** What becomes of an element that is written to several times, in row-major order of the sources. */
public enum Scatter {
    /** the last source stays */
    SET,
    /** all sources are added */
    ADD,
    /** all sources are multiplied */
    MULTIPLY
}
