// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

/** Whether a layer adds a learnt bias. */
public enum Bias {
    LEARNT,
    NONE
}
