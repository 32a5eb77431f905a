// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loss of the next token and, weighted, those of further ones: L = L₀ + Σₖ λₖ·Lₖ, each a sum over the positions where
 * there is something to find, divided by the number of all positions. L₀ alone is reported.
 *
 * <p>Backward keeps the scores of one head at a time: the heads read z′, cut off from the trunk's z, and share W′, cut off
 * from the trunk's weight of the scores; each head's loss is run back as soon as it is there and its scores are let go;
 * then z and W get what has gathered at z′ and W′, and the trunk is run back once. Memory is O(V + E) for a position
 * instead of O(K·V + E) (Gloeckle et al. 2024, section 2). Chained heads keep their hidden states until then, but not
 * their scores.
 */
final class HeadedObjective implements Objective {
    private final TokenHeads heads;
    private final AheadTokens ahead;
    private final double[] weights;
    private final Joint hidden;
    private final Joint scores;
    private final Tensor mean;

    /**
     * A tensor that parts of the graph share, cut in two.
     *
     * @param inner what belongs to the trunk
     * @param outer what the heads read: the same elements, a leaf where {@code inner} wants a gradient
     */
    private record Joint(Tensor inner, Tensor outer) {
        static Joint of(Tensor inner) {
            Tensor outer = inner.detached();
            return new Joint(inner, inner.requiresGrad() ? Autograd.requireGrad(outer) : outer);
        }

        /** What has gathered at the outer end, or null; the caller closes it. */
        @Nullable
        Tensor gathered() {
            return outer.requiresGrad() ? Gradients.take(outer) : null;
        }
    }

    /**
     * Runs the trunk, and the loss of the next token.
     *
     * @param inputs [B, L], as the trunk reads them
     * @param targets [B, L], what it is to find there
     * @param weights λₖ of every head; heads of weight 0 do not run
     */
    HeadedObjective(LanguageNetwork network, Tensor inputs, Tensor targets, AheadTokens ahead, double[] weights) {
        this.heads = network.heads().orElseThrow();
        this.ahead = ahead;
        this.weights = weights;
        this.hidden = Joint.of(network.hidden(inputs));
        this.scores = Joint.of(heads.trunk().unembedding());
        Tensor logits = LinearFunctions.linear(hidden.outer(), scores.outer(), null);
        this.mean = Reductions.mean(LossFunctions.crossEntropy(logits, targets, Losses.Reduction.NONE));
    }

    @Override
    public long samples() {
        return ahead.samples();
    }

    @Override
    public Tensor mean() {
        return mean;
    }

    @Override
    public void backward(float seed) {
        run(mean, seed);
        List<Joint> joints = new ArrayList<>(List.of(hidden, scores));
        boolean chained = heads.settings().kind().isChained();
        Tensor previous = chained ? hidden.inner() : hidden.outer();
        int last = last();
        for (int head = 0; head <= last; head++) {
            if (chained) {
                Joint said = Joint.of(heads.hidden(head, previous, ahead.read(head)));
                joints.add(said);
                previous = said.inner();
                if (weights[head] > 0) {
                    try (StepScope scope = StepScope.open()) {
                        run(loss(head, said.outer()), seed * weights[head]);
                    }
                }
            } else if (weights[head] > 0) {
                try (StepScope scope = StepScope.open()) {
                    run(loss(head, heads.hidden(head, previous, previous)), seed * weights[head]);
                }
            }
        }
        join(joints);
    }

    /** The last head that counts, or −1. */
    private int last() {
        int last = weights.length - 1;
        while (last >= 0 && weights[last] == 0) {
            last--;
        }
        return last;
    }

    private Tensor loss(int head, Tensor said) {
        Tensor weight = heads.unembedding(head);
        Tensor logits = LinearFunctions.linear(said, weight == scores.inner() ? scores.outer() : weight, null);
        return Reductions.mean(LossFunctions.crossEntropy(logits, ahead.targets(head), Losses.Reduction.NONE));
    }

    private static void run(Tensor loss, double seed) {
        try (Tensor start = Tensor.of(new float[] {(float) seed})) {
            Autograd.backward(loss, start, Autograd.SavedTensors.FREE);
        }
    }

    private static void join(List<Joint> joints) {
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> seeds = new ArrayList<>();
        for (Joint joint : joints) {
            Tensor gathered = joint.gathered();
            if (gathered != null) {
                outputs.add(joint.inner());
                seeds.add(gathered);
            }
        }
        if (!outputs.isEmpty()) {
            Autograd.backward(outputs, seeds, Autograd.SavedTensors.FREE);
        }
        seeds.forEach(Tensor::close);
    }
}
