// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.Chance;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import java.util.ArrayList;
import java.util.List;

/** Walks all branches of what chance can do: each run follows one, with its probability. */
final class Branches implements Chance {
    private final List<Integer> choices = new ArrayList<>();
    private final List<Integer> widths = new ArrayList<>();
    private int next;
    private double probability;

    /** Turns to the next branch; false after the last one. */
    boolean advance() {
        while (!choices.isEmpty()) {
            int last = choices.size() - 1;
            if (choices.get(last) + 1 < widths.get(last)) {
                choices.set(last, choices.get(last) + 1);
                return true;
            }
            choices.remove(last);
            widths.remove(last);
        }
        return false;
    }

    /** Probability of the branch that was followed. */
    double probability() {
        return probability;
    }

    void begin() {
        next = 0;
        probability = 1;
    }

    private int branch(int width) {
        if (next == choices.size()) {
            choices.add(0);
            widths.add(width);
        }
        return choices.get(next++);
    }

    @Override
    public int draw(Purpose purpose, int position, int draft, TokenDistribution distribution) {
        int token = branch(distribution.size());
        probability *= distribution.probabilities()[token];
        return token;
    }

    @Override
    public boolean accepts(int position, int draft, double p, double q) {
        double accepted = p == 0 ? 0 : Math.min(1, p / q);
        boolean yes = branch(2) == 0;
        probability *= yes ? accepted : 1 - accepted;
        return yes;
    }
}
