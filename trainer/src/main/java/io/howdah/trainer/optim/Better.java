// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/** Which values of a metric are better. */
public enum Better {
    /** Losses and errors. */
    LOWER,
    /** Shares of right answers. */
    HIGHER;

    /** By how much {@code value} is better than {@code other}; negative where it is worse. */
    public double gain(double value, double other) {
        return this == LOWER ? other - value : value - other;
    }
}
