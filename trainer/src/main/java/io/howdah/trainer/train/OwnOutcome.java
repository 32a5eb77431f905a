// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.sync.StepOutcome;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;

/** What a process was told of one step, by slices or once for all. */
final class OwnOutcome {
    private OwnOutcome() {}

    /**
     * Of whole steps, which are told alike, the one. Of slices, what the last decided one says, over the samples of all: applied if
     * any was, with the largest norm.
     *
     * @param outcomes of the process's logical workers, at least one
     */
    static StepOutcome of(List<StepOutcome> outcomes) {
        ToLongFunction<StepOutcome> sequence =
                outcome -> Objects.requireNonNull(outcome.slice()).sequence();
        if (outcomes.get(0).slice() == null) {
            return outcomes.get(outcomes.size() - 1);
        }
        StepOutcome last =
                outcomes.stream().max(Comparator.comparingLong(sequence)).orElseThrow();
        List<StepOutcome> applied = outcomes.stream()
                .filter(outcome -> outcome.decision() == StepOutcome.Decision.APPLY)
                .toList();
        return new StepOutcome(
                last.step(),
                applied.isEmpty() ? StepOutcome.Decision.SKIP : StepOutcome.Decision.APPLY,
                outcomes.stream().mapToLong(StepOutcome::samples).sum(),
                outcomes.stream().mapToDouble(StepOutcome::lossSum).sum(),
                applied.stream().mapToDouble(StepOutcome::gradientNorm).max().orElse(Double.NaN),
                last.nextLossScale(),
                last.evaluation(),
                last.slice());
    }
}
