// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/** The attributes of an op that has none. */
public enum NoAttributes {
    NONE
}
