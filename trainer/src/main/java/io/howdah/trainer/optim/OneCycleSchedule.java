// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * One cycle: up from 1/i to 1 over a share of the steps, then down to 1/(i·f) at the last one, where it stays; along cosines
 * or lines. As PyTorch's {@code OneCycleLR} with two phases, whose {@code max_lr} is the base rate; momentum stays as it is.
 * Source: Smith and Topin, "Super-Convergence", 2018.
 *
 * @param totalSteps T, steps of the cycle, at least 2
 * @param rise share of the steps on the way up, 0 to 1
 * @param initialDivisor i, at least 1
 * @param finalDivisor f, at least 1
 * @param anneal form of both ways
 */
public record OneCycleSchedule(long totalSteps, double rise, double initialDivisor, double finalDivisor, Anneal anneal)
        implements Schedule {
    /** Form of the way from one rate to the next. */
    public enum Anneal {
        COSINE,
        LINEAR
    }

    public OneCycleSchedule {
        HyperParameters.atLeast(2L, "one-cycle schedule", "totalSteps", totalSteps);
        HyperParameters.share("one-cycle schedule", "rise", rise);
        HyperParameters.atLeast(1.0, "one-cycle schedule", "initialDivisor", initialDivisor);
        HyperParameters.atLeast(1.0, "one-cycle schedule", "finalDivisor", finalDivisor);
    }

    @Override
    public double factor(long step) {
        double top = rise * totalSteps - 1;
        double last = totalSteps - 1;
        double low = 1 / initialDivisor;
        double now = Math.min(step, last);
        if (now <= top) {
            return top == 0 ? low : between(low, 1, now / top);
        }
        return top >= last ? low / finalDivisor : between(1, low / finalDivisor, (now - top) / (last - top));
    }

    private double between(double from, double to, double progress) {
        return anneal == Anneal.LINEAR
                ? from + (to - from) * progress
                : to + (from - to) / 2 * (1 + Math.cos(Math.PI * progress));
    }
}
