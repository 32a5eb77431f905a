// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/** Functions of two elements. */
public enum Binary {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE
}
