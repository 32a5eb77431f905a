// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

/** What a normalisation learns: a weight starts with ones, a bias with zeros. */
public enum Affine {
    WEIGHT_AND_BIAS,
    WEIGHT,
    NONE
}
