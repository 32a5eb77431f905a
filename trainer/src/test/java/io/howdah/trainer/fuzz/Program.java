// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.List;

/**
 * A random program: a few leaves and steps on them. What a step works on follows from its seed and from the tensors
 * there are when it runs, so a program stays valid when steps are dropped.
 *
 * @param seed decides the leaves and the cotangents
 */
record Program(long seed, List<Step> steps) {
    /** One call of an operation; its choices come from {@code seed}. */
    record Step(String kind, long seed) {}

    static Program random(long seed, int length) {
        Philox random = new Philox(seed, 1);
        List<String> kinds = Steps.ALL.kinds();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            String kind = kinds.get(random.nextInt(kinds.size()));
            steps.add(new Step(kind, random.nextInt()));
        }
        return new Program(seed, steps);
    }

    Program without(int step) {
        List<Step> rest = new ArrayList<>(steps);
        rest.remove(step);
        return new Program(seed, rest);
    }
}
