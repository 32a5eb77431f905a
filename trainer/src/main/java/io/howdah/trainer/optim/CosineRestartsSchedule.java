// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * Cosines from 1 down to a floor, each {@code multiplier} times as long as the one before, as PyTorch's {@code
 * CosineAnnealingWarmRestarts}. Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
 *
 * @param period steps of the first cosine, at least 1
 * @param multiplier growth of the period, at least 1
 * @param floor share of the base rate, 0 to 1
 */
public record CosineRestartsSchedule(long period, long multiplier, double floor) implements Schedule {
    public CosineRestartsSchedule {
        HyperParameters.atLeast(1L, "cosine schedule with restarts", "period", period);
        HyperParameters.atLeast(1L, "cosine schedule with restarts", "multiplier", multiplier);
        HyperParameters.share("cosine schedule with restarts", "floor", floor);
    }

    @Override
    public double factor(long step) {
        long length = period;
        long since = multiplier == 1 ? step % period : step;
        while (since >= length) {
            since -= length;
            length *= multiplier;
        }
        return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * since / length));
    }
}
