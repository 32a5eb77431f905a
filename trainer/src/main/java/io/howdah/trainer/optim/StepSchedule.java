// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * γ^⌊s/n⌋, as PyTorch's {@code StepLR}.
 *
 * @param interval n, steps between two changes, at least 1
 * @param gamma γ, at least 0
 */
public record StepSchedule(long interval, double gamma) implements Schedule {
    public StepSchedule {
        HyperParameters.atLeast(1L, "step schedule", "interval", interval);
        HyperParameters.atLeast(0.0, "step schedule", "gamma", gamma);
    }

    @Override
    public double factor(long step) {
        return Math.pow(gamma, step / interval);
    }
}
