// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.Chance;
import io.howdah.trainer.decode.sampling.Chance.Purpose;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A drafted token x is kept with probability min(1, p(x)/q(x)), else the next sibling is tried against the residual
 * distribution norm(max(0, p − q)), from which the token is drawn when no sibling is left: the result has exactly the
 * distribution p. A token that was chosen, not drawn, counts as drawn from the distribution that has it alone.
 *
 * <p>Sources: Leviathan et al., “Fast inference from transformers via speculative decoding”, 2023; Chen et al.,
 * “Accelerating large language model decoding with speculative sampling”, 2023; siblings after Miao et al., “SpecInfer”,
 * 2024.
 */
final class RejectionSampling implements AcceptanceRule {
    @Override
    public String name() {
        return "rejection";
    }

    @Override
    public boolean isLossless() {
        return true;
    }

    @Override
    public Drawing drawing() {
        return Drawing.INDEPENDENT;
    }

    @Override
    public AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler) {
        if (sampler.settings().isGreedy()) {
            return AcceptanceRules.sampleMatch().accept(tree, scores, sampler);
        }
        int[] nodes = new int[tree.size()];
        int[] tokens = new int[tree.size() + 1];
        int node = DraftTree.ROOT;
        int accepted = 0;
        while (true) {
            TokenDistribution target = sampler.distribution(scores.logits(), scores.at(node), scores.vocabulary());
            double[] p = target.probabilities();
            int next = acceptedChild(tree, node, p, sampler);
            if (next == DraftTree.ROOT) {
                int token = drawn(tree, node, target, p, sampler);
                sampler.history().push(token);
                tokens[accepted] = token;
                return new AcceptedPath(Arrays.copyOf(nodes, accepted), Arrays.copyOf(tokens, accepted + 1));
            }
            node = next;
            nodes[accepted] = node;
            tokens[accepted++] = tree.token(node);
            sampler.history().push(tree.token(node));
        }
    }

    /** The first child that is accepted, or ROOT; p becomes the residual of those that were not. */
    private static int acceptedChild(DraftTree tree, int node, double[] p, SequenceSampler sampler) {
        int position = sampler.history().length();
        int tried = 0;
        for (int child = node + 1; child < tree.size(); child++) {
            if (tree.parent(child) != node) {
                continue;
            }
            int token = tree.token(child);
            double[] q = tree.distribution(child);
            if (sampler.chance().accepts(position, tried, p[token], q == null ? 1 : q[token])) {
                return child;
            }
            subtract(p, q, token);
            tried++;
        }
        return DraftTree.ROOT;
    }

    private static void subtract(double[] p, double @Nullable [] q, int token) {
        double[] before = p.clone();
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double removed = q == null ? (i == token ? 1 : 0) : q[i];
            p[i] = Math.max(0, p[i] - removed);
            sum += p[i];
        }
        if (sum <= 0) {
            // Rounding alone can leave nothing: p and q are then equal, and p is right.
            System.arraycopy(before, 0, p, 0, p.length);
            return;
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
    }

    private static int drawn(DraftTree tree, int node, TokenDistribution target, double[] p, SequenceSampler sampler) {
        boolean leaf = true;
        for (int child = node + 1; child < tree.size() && leaf; child++) {
            leaf = tree.parent(child) != node;
        }
        int position = sampler.history().length();
        Chance chance = sampler.chance();
        return leaf
                ? chance.draw(Purpose.TOKEN, position, 0, target)
                : chance.draw(Purpose.RESIDUAL, position, 0, TokenDistribution.ofProbabilities(p));
    }
}
