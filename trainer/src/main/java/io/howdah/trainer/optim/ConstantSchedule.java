// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/** The base rate, always. */
public record ConstantSchedule() implements Schedule {
    @Override
    public double factor(long step) {
        return 1;
    }
}
