// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * A straight line from {@code start} at step 0 to {@code end} at step T, where it stays, as PyTorch's {@code LinearLR}: a
 * decay, or with {@link #warmup} the way up.
 *
 * @param start first factor, at least 0
 * @param end last factor, at least 0
 * @param length T, at least 1
 */
public record LinearSchedule(double start, double end, long length) implements Schedule {
    public LinearSchedule {
        HyperParameters.atLeast(0.0, "linear schedule", "start", start);
        HyperParameters.atLeast(0.0, "linear schedule", "end", end);
        HyperParameters.atLeast(1L, "linear schedule", "length", length);
    }

    /** (s + 1)/w for the first w steps: none stands still, and the last one has the whole rate. */
    public static LinearSchedule warmup(long steps) {
        return new LinearSchedule(1.0 / steps, 1, Math.max(1, steps - 1));
    }

    @Override
    public double factor(long step) {
        return start + (end - start) * (Math.min(step, length) / (double) length);
    }
}
