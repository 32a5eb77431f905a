// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Heads that predict the tokens behind the next one from what a network, the trunk, says of its positions. Head k, from 0
 * on, predicts at position i the token that stands k + 1 places behind the one that the trunk predicts there. The trunk's
 * parameters that heads share are no part of them.
 *
 * <p>B rows, T positions, E their width, V tokens, K heads.
 */
public abstract class TokenHeads extends Module {
    private final HeadSettings settings;
    private final HeadParts trunk;

    TokenHeads(HeadSettings settings, HeadParts trunk) {
        this.settings = settings;
        this.trunk = trunk;
    }

    public final HeadSettings settings() {
        return settings;
    }

    /** K. */
    public final int count() {
        return settings.count();
    }

    final HeadParts trunk() {
        return trunk;
    }

    /**
     * What a head says, as scores are made from it: [B, T, E].
     *
     * @param previous what the trunk says, normalised, [B, T, E]; for chained heads behind the first what the head before
     *     says
     * @param ahead [B, T], the tokens that stand head + 1 places behind those that the trunk reads; chained heads read them
     */
    abstract Tensor hidden(int head, Tensor previous, Tensor ahead);

    /** The weight [V, E] that gives a head's scores: its own, or the trunk's. */
    public Tensor unembedding(int head) {
        return trunk.unembedding();
    }

    /** Begins anew from the trunk's weights what begins as a copy of them; to be called once these are loaded. */
    public void copyFromTrunk() {}

    /**
     * Scores of all heads for texts: those of head k at position i are for the token at i + k + 2.
     *
     * @param network that the heads were made for
     * @param inputs [B, T], as it reads them
     * @return K times [B, T, V]; of chained heads the last positions, where a token that they read is missing, are of no account
     */
    public final List<Tensor> scores(LanguageNetwork network, Tensor inputs) {
        Tensor hidden = network.hidden(inputs);
        Tensor previous = hidden;
        List<Tensor> scores = new ArrayList<>();
        for (int head = 0; head < count(); head++) {
            Tensor said = hidden(head, previous, settings.kind().isChained() ? following(inputs, head + 1) : inputs);
            scores.add(logits(head, said));
            previous = settings.kind().isChained() ? said : hidden;
        }
        return scores;
    }

    /** The tokens so many places behind; the last one again and again where the text ends. */
    private static Tensor following(Tensor inputs, int places) {
        long[] tokens = inputs.toLongs();
        int length = Math.toIntExact(inputs.size(1));
        int[] following = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            int last = (i / length + 1) * length - 1;
            following[i] = (int) tokens[Math.min(i + places, last)];
        }
        return Tensor.of(following, inputs.size(0), length);
    }

    /** Scores of the tokens from {@link #hidden}: [B, T, V]. */
    final Tensor logits(int head, Tensor hidden) {
        return LinearFunctions.linear(hidden, unembedding(head), null);
    }

    /** Refuses numbers of heads that there are not. */
    final void check(int head) {
        if (head < 0 || head >= count()) {
            throw new IllegalArgumentException(
                    "Cannot use heads: head=" + head + ", expected 0 to " + (count() - 1) + "; correct the number");
        }
    }

    @Override
    protected final String describe() {
        return "kind=" + settings.kind().text() + ", count=" + settings.count() + ", scores="
                + settings.scores().text();
    }
}
