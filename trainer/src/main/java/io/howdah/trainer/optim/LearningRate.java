// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * Learning rate over the applied steps c = 1, 2, …: linear warm-up over w steps, then constant, or half a cosine that
 * reaches zero after T steps:
 *
 * <pre>
 * c ≤ w:     η·c/w
 * constant:  η
 * cosine:    η·½·(1 + cos(π·min(1, (c − 1 − w)/(T − w))))
 * </pre>
 *
 * Cosine as in Loshchilov and Hutter, "SGDR", 2017, without restarts; without warm-up it equals PyTorch's {@code
 * CosineAnnealingLR}.
 *
 * @param base η, the highest rate
 * @param schedule what follows the warm-up
 * @param warmupSteps w
 * @param totalSteps T
 */
public record LearningRate(double base, Schedule schedule, long warmupSteps, long totalSteps) {
    /** Course of the rate after the warm-up. */
    public enum Schedule {
        CONSTANT,
        COSINE
    }

    /** Rate of the applied step {@code count}, from 1. */
    public double at(long count) {
        if (count <= warmupSteps) {
            return base * count / warmupSteps;
        }
        return switch (schedule) {
            case CONSTANT -> base;
            case COSINE -> {
                double length = Math.max(1, totalSteps - warmupSteps);
                double progress = Math.min(1, (count - 1 - warmupSteps) / length);
                yield base * 0.5 * (1 + Math.cos(Math.PI * progress));
            }
        };
    }
}
