// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenDistribution;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import java.util.Arrays;

/**
 * A drafted token x is kept if it is typical, p(x) &gt; min(ε, δ·exp(−H(p))), H being the entropy of the target's distribution p; of several
 * paths the longest is kept, of equally long ones the likeliest. The token behind it is the likeliest one. At temperature 0
 * that is greedy verification. Not lossless: what is written has another distribution than plain sampling.
 *
 * <p>Source: Cai et al., “Medusa: simple LLM inference acceleration framework with multiple decoding heads”, 2024, section
 * 2.3.1.
 */
final class TypicalAcceptance implements AcceptanceRule {
    private final double epsilon;
    private final double delta;

    TypicalAcceptance(double epsilon, double delta) {
        if (!(epsilon > 0 && epsilon < 1 && delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("Cannot accept: epsilon=" + epsilon + " delta=" + delta
                    + ", expected numbers between 0 and 1; correct them");
        }
        this.epsilon = epsilon;
        this.delta = delta;
    }

    @Override
    public String name() {
        return "typical";
    }

    @Override
    public boolean isLossless() {
        return false;
    }

    @Override
    public Drawing drawing() {
        return Drawing.LIKELIEST;
    }

    /** A path that is kept. */
    private record Path(int node, int depth, double logProbability) {
        boolean isBetterThan(Path other) {
            return depth != other.depth ? depth > other.depth : logProbability > other.logProbability;
        }
    }

    @Override
    public AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler) {
        if (sampler.settings().isGreedy()) {
            return AcceptanceRules.sampleMatch().accept(tree, scores, sampler);
        }
        int before = sampler.history().length();
        Path best = longest(tree, scores, sampler, new Path(DraftTree.ROOT, 0, 0));
        int[] nodes = new int[best.depth()];
        int[] tokens = new int[nodes.length + 1];
        for (int node = best.node(), i = nodes.length - 1; i >= 0; i--, node = tree.parent(node)) {
            nodes[i] = node;
            tokens[i] = tree.token(node);
        }
        sampler.history().truncate(before);
        Arrays.stream(tokens).limit(nodes.length).forEach(sampler.history()::push);
        TokenDistribution last = sampler.distribution(scores.logits(), scores.at(best.node()), scores.vocabulary());
        tokens[nodes.length] = last.likeliest();
        sampler.history().push(tokens[nodes.length]);
        return new AcceptedPath(nodes, tokens);
    }

    /** The best path that goes on from one that is kept, with its tokens in the history. */
    private Path longest(DraftTree tree, TargetScores scores, SequenceSampler sampler, Path path) {
        TokenDistribution target = sampler.distribution(scores.logits(), scores.at(path.node()), scores.vocabulary());
        double[] p = target.probabilities();
        double least = threshold(p);
        Path best = path;
        for (int child = path.node() + 1; child < tree.size(); child++) {
            int token = tree.token(child);
            if (tree.parent(child) == path.node() && p[token] > least) {
                sampler.history().push(token);
                double together = path.logProbability() + StrictMath.log(p[token]);
                Path found = longest(tree, scores, sampler, new Path(child, path.depth() + 1, together));
                best = found.isBetterThan(best) ? found : best;
                sampler.history().pop();
            }
        }
        return best;
    }

    private double threshold(double[] p) {
        double entropy = 0;
        for (double probability : p) {
            entropy -= probability > 0 ? probability * StrictMath.log(probability) : 0;
        }
        return Math.min(epsilon, delta * StrictMath.exp(-entropy));
    }
}
