// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/**
 * γ to the number of milestones that step s has reached, as PyTorch's {@code MultiStepLR}.
 *
 * @param milestones steps at which the rate changes, in ascending order; one given twice counts twice
 * @param gamma γ, at least 0
 */
public record MultiStepSchedule(List<Long> milestones, double gamma) implements Schedule {
    public MultiStepSchedule {
        milestones = List.copyOf(milestones);
        HyperParameters.atLeast(0.0, "multi-step schedule", "gamma", gamma);
        if (!milestones.equals(milestones.stream().sorted().toList())) {
            throw HyperParameters.refusal(
                    "multi-step schedule", "milestones", milestones.toString(), "steps in ascending order");
        }
    }

    @Override
    public double factor(long step) {
        return Math.pow(
                gamma,
                milestones.stream().filter(milestone -> milestone <= step).count());
    }
}
