// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;

/**
 * The weighted losses of heads over a trunk that does not change, Σₖ λₖ·Lₖ, each a sum over the positions where there is
 * something to find, divided by the number of all positions. One head's scores are kept at a time.
 */
final class HeadsObjective implements Objective {
    private final TokenHeads heads;
    private final Tensor said;
    private final AheadTokens ahead;
    private final double[] weights;
    private final Tensor first;
    private final Tensor reported;

    /** @param said what the trunk says, [B, L, E], without history */
    HeadsObjective(TokenHeads heads, Tensor said, AheadTokens ahead, double[] weights) {
        this.heads = heads;
        this.said = said;
        this.ahead = ahead;
        this.weights = weights;
        Tensor targets = ahead.targets(0);
        long found = Math.max(1, ahead.found(targets));
        this.first = loss(0, targets);
        this.reported = Arithmetic.multiply(first.detached(), (double) ahead.samples() / found);
    }

    @Override
    public long samples() {
        return ahead.samples();
    }

    /** The first head's loss over the positions where it has something to find. */
    @Override
    public Tensor mean() {
        return reported;
    }

    @Override
    public void backward(float seed) {
        run(first, seed * weights[0]);
        for (int head = 1; head < weights.length; head++) {
            if (weights[head] > 0) {
                try (StepScope scope = StepScope.open()) {
                    run(loss(head, ahead.targets(head)), seed * weights[head]);
                }
            }
        }
    }

    private Tensor loss(int head, Tensor targets) {
        Tensor logits = heads.logits(head, heads.hidden(head, said, said));
        return Reductions.mean(LossFunctions.crossEntropy(logits, targets, Losses.Reduction.NONE));
    }

    private static void run(Tensor loss, double seed) {
        try (Tensor start = Tensor.of(new float[] {(float) seed})) {
            Autograd.backward(loss, start, Autograd.SavedTensors.FREE);
        }
    }
}
