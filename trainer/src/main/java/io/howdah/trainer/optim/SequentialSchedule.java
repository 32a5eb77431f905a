// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/**
 * One schedule after another, each counting its own steps from 0, as PyTorch's {@code SequentialLR}.
 *
 * @param schedules at least one
 * @param milestones first step of every schedule but the first, in ascending order
 */
public record SequentialSchedule(List<Schedule> schedules, List<Long> milestones) implements Schedule {
    public SequentialSchedule {
        schedules = List.copyOf(schedules);
        milestones = List.copyOf(milestones);
        boolean ascending = true;
        for (int i = 1; i < milestones.size(); i++) {
            ascending &= milestones.get(i - 1) < milestones.get(i);
        }
        if (milestones.size() != schedules.size() - 1 || !ascending) {
            throw HyperParameters.refusal(
                    "sequence of " + schedules.size() + " schedules",
                    "milestones",
                    milestones.toString(),
                    (schedules.size() - 1) + " steps in ascending order");
        }
    }

    @Override
    public double factor(long step) {
        int index = 0;
        while (index < milestones.size() && milestones.get(index) <= step) {
            index++;
        }
        return schedules.get(index).factor(index == 0 ? step : step - milestones.get(index - 1));
    }
}
