// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.sync.StepOutcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was decided, in order, as far back as any server may not have heard of it: the last step that moved the weights, and
 * the skipped ones behind it. For such a step every shard, and every backup, has had all gradients, and so all decisions
 * before it.
 */
final class DecisionLog {
    private final List<StepOutcome> outcomes = new ArrayList<>();

    /** Notes a decision; one that is known changes nothing. */
    void add(StepOutcome outcome) {
        StepOutcome last = last();
        if (last != null && outcome.step() <= last.step()) {
            return;
        }
        if (outcome.decision() == StepOutcome.Decision.APPLY) {
            outcomes.clear();
        }
        outcomes.add(outcome);
    }

    @Nullable
    StepOutcome last() {
        return outcomes.isEmpty() ? null : outcomes.get(outcomes.size() - 1);
    }

    /** All decisions that are kept, in order. */
    List<StepOutcome> all() {
        return List.copyOf(outcomes);
    }

    /** Whether whoever has {@code version} misses nothing that is no longer kept. */
    boolean reaches(long version, long presentVersion) {
        return version >= presentVersion
                || !outcomes.isEmpty() && version >= outcomes.get(0).step();
    }
}
