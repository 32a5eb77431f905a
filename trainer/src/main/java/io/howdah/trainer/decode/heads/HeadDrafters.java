// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.model.lm.MedusaHeads;
import io.howdah.trainer.model.lm.ParallelHeads;
import io.howdah.trainer.model.lm.SequentialHeads;
import io.howdah.trainer.model.lm.TokenHeads;

/**
 * Drafters that are heads of the target itself. They copy the heads' weights into the target's dtype, so that the heads may
 * be closed afterwards.
 */
public final class HeadDrafters {
    private HeadDrafters() {}

    /**
     * One token of each head: {@code medusa} or {@code mtp}.
     *
     * @param target packed from the network that the heads were made for
     * @param cacheBytes budget of the heads' own keys and values; Medusa's heads have none
     * @param depth how many heads draft
     */
    public static Drafter chain(DecoderNetwork target, TokenHeads heads, long cacheBytes, int depth) {
        if (heads instanceof SequentialHeads sequential) {
            return new SequentialDrafter(checked(target, heads), sequential, cacheBytes, depth);
        }
        return new RowHeadsDrafter(
                heads instanceof MedusaHeads ? "medusa" : "mtp",
                target,
                rows(target, heads, cacheBytes),
                TreeShape.chain(depth));
    }

    /**
     * Several tokens of each head: {@code medusa-tree} or {@code mtp-tree}.
     *
     * @param tree for instance from {@link TreeSearch}
     * @throws IllegalArgumentException for sequential heads, of which each waits for the token before
     */
    public static Drafter tree(DecoderNetwork target, TokenHeads heads, long cacheBytes, TreeShape tree) {
        return new RowHeadsDrafter(
                heads instanceof MedusaHeads ? "medusa-tree" : "mtp-tree",
                target,
                rows(target, heads, cacheBytes),
                tree);
    }

    private static RowHeads rows(DecoderNetwork target, TokenHeads heads, long cacheBytes) {
        checked(target, heads);
        if (heads instanceof MedusaHeads medusa) {
            return new MedusaRows(target, medusa);
        }
        if (heads instanceof ParallelHeads parallel) {
            return new ParallelRows(target, parallel, cacheBytes);
        }
        throw new IllegalArgumentException("Cannot draft a tree: heads="
                + heads.settings().kind().text() + ", expected medusa or parallel; draft a chain");
    }

    private static DecoderNetwork checked(DecoderNetwork target, TokenHeads heads) {
        long width = heads.unembedding(0).size(1);
        long vocabulary = heads.unembedding(0).size(0);
        if (width != target.width() || vocabulary != target.vocabulary()) {
            throw new IllegalArgumentException("Cannot draft: heads of width=" + width + " vocabulary=" + vocabulary
                    + ", expected the model's " + target.width() + " and " + target.vocabulary()
                    + "; use heads that were trained with this model");
        }
        return target;
    }
}
