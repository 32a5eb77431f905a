// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * Half a cosine from 1 down to a floor, where it stays: f + (1 − f)·½·(1 + cos(π·min(1, s/T))); up to step T that of PyTorch's
 * {@code CosineAnnealingLR}. Source: Loshchilov and Hutter, "SGDR", 2017, without restarts.
 *
 * @param length T, steps to the floor, at least 1
 * @param floor f, share of the base rate, 0 to 1
 */
public record CosineSchedule(long length, double floor) implements Schedule {
    public CosineSchedule {
        HyperParameters.atLeast(1L, "cosine schedule", "length", length);
        HyperParameters.share("cosine schedule", "floor", floor);
    }

    @Override
    public double factor(long step) {
        double progress = Math.min(1, step / (double) length);
        return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
}
