// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network from tokens to scores of tokens, in two parts, so that more heads can read what the last layer says.
 *
 * <p>B rows, T positions, E the width of a position, V tokens.
 */
public abstract class LanguageNetwork extends Module {
    private @Nullable TokenHeads heads;

    /**
     * What the last layer says of every position, normalised as the head wants it.
     *
     * @param tokens [B, T], integers in [0, V)
     * @return [B, T, E]
     */
    public abstract Tensor hidden(Tensor tokens);

    /**
     * Scores of the tokens (logits) for any positions.
     *
     * @param hidden […, E], as {@link #hidden} gives it
     * @return […, V]
     */
    public abstract Tensor logits(Tensor hidden);

    /** V. */
    public abstract long vocabulary();

    /** What heads share with this network; empty for one that is no decoder of the known kinds. */
    Optional<HeadParts> headParts() {
        return Optional.empty();
    }

    /** Makes heads, which were made for this network, a part of it: they are trained and saved with it. */
    public final void attach(TokenHeads newHeads) {
        heads = child("heads", newHeads);
    }

    /** The heads that are a part of this network. */
    public final Optional<TokenHeads> heads() {
        return Optional.ofNullable(heads);
    }

    /** The weights of a network whose positions see themselves and those before them; empty for any other network. */
    public Optional<DecoderWeights> decoderWeights() {
        return Optional.empty();
    }

    /** {@link #logits} of {@link #hidden}: [B, T] to [B, T, V]. */
    public final Tensor forward(Tensor tokens) {
        Tensor logits = Composite.of(() -> logits(hidden(tokens)));
        returns(logits);
        return logits;
    }

    /** Refuses rows that are longer than there are positions. */
    final void checkRows(Tensor tokens, long context) {
        if (tokens.shape().rank() != 2 || tokens.size(1) < 1 || tokens.size(1) > context) {
            throw new IllegalArgumentException("Cannot run " + getClass().getSimpleName() + ": tokens="
                    + tokens.shape() + ", expected [B, T] with T from 1 to " + context + "; cut the rows, or raise "
                    + LanguageModelKeys.CONTEXT.name());
        }
    }
}
