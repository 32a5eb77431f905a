// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.yarn.generate.codec.TextCodec;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model that writes.
 *
 * @param network its weights, packed
 * @param codec its tokens
 * @param endTokens tokens that end a text
 * @param kept the model as it was read, where drafters need its heads
 */
record LoadedModel(
        DecoderNetwork network,
        TextCodec codec,
        Set<Integer> endTokens,
        @Nullable OpenModel kept) implements AutoCloseable {
    /** What is left of a model once its weights are packed. */
    enum Keeping {
        NOTHING,
        HEADS
    }

    LoadedModel {
        endTokens = Set.copyOf(endTokens);
    }

    /**
     * Reads a model and packs its weights.
     *
     * @throws IOException if it is damaged
     * @throws IllegalArgumentException if it is no language model whose tokens follow one another
     */
    static LoadedModel load(ModelFolder folder, Compute compute, Keeping keeping) throws IOException {
        OpenModel open = OpenModel.read(folder);
        boolean kept = false;
        try {
            DecoderNetwork network = DecoderNetwork.of(compute, open.network());
            kept = keeping == Keeping.HEADS;
            return new LoadedModel(network, open.codec(), open.endTokens(), kept ? open : null);
        } finally {
            if (!kept) {
                open.close();
            }
        }
    }

    /** Heads that predict further tokens, if they were kept and there are any. */
    @Nullable
    TokenHeads heads() {
        return kept == null ? null : kept.heads();
    }

    @Override
    public void close() {
        codec.close();
        if (kept != null) {
            kept.close();
        }
    }
}
