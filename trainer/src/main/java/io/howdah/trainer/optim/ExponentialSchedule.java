// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * γˢ, as PyTorch's {@code ExponentialLR}.
 *
 * @param gamma γ, at least 0
 */
public record ExponentialSchedule(double gamma) implements Schedule {
    public ExponentialSchedule {
        HyperParameters.atLeast(0.0, "exponential schedule", "gamma", gamma);
    }

    @Override
    public double factor(long step) {
        return Math.pow(gamma, step);
    }
}
