// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;
import java.util.Arrays;

/**
 * The target draws every token itself, with its own noise; a drafted token is kept if it is that one. Writes token for
 * token what plain decoding with the same seed writes, whatever is drafted, chain or tree. At temperature 0 it is greedy
 * verification (Stern et al., “Blockwise parallel decoding”, 2018).
 */
final class SampleMatch implements AcceptanceRule {
    @Override
    public String name() {
        return "sample-match";
    }

    @Override
    public boolean isLossless() {
        return true;
    }

    @Override
    public Drawing drawing() {
        return Drawing.MATCHING;
    }

    @Override
    public AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler) {
        int[] nodes = new int[tree.size()];
        int[] tokens = new int[tree.size() + 1];
        int node = DraftTree.ROOT;
        int accepted = 0;
        while (true) {
            int token = sampler.choose(scores.logits(), scores.at(node), scores.vocabulary());
            sampler.history().push(token);
            tokens[accepted] = token;
            node = tree.child(node, token);
            if (node == DraftTree.ROOT) {
                return new AcceptedPath(Arrays.copyOf(nodes, accepted), Arrays.copyOf(tokens, accepted + 1));
            }
            nodes[accepted++] = node;
        }
    }
}
