// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * (1 − min(s, T)/T)ᵖ, as PyTorch's {@code PolynomialLR}.
 *
 * @param length T, steps to zero, at least 1
 * @param power p, at least 0
 */
public record PolynomialSchedule(long length, double power) implements Schedule {
    public PolynomialSchedule {
        HyperParameters.atLeast(1L, "polynomial schedule", "length", length);
        HyperParameters.atLeast(0.0, "polynomial schedule", "power", power);
    }

    @Override
    public double factor(long step) {
        return Math.pow(1 - Math.min(step, length) / (double) length, power);
    }
}
