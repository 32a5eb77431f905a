// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/** Ways to make one element of many. NaN among them gives NaN. */
public enum Reduction {
    /** Σx; 0 of nothing; accumulated in float64 or pairwise in float32, integers in int64 with wrap-around */
    SUM,
    /** Πx; 1 of nothing */
    PRODUCT,
    /** the largest; callers make sure that there is one */
    MAXIMUM,
    /** the smallest; callers make sure that there is one */
    MINIMUM
}
