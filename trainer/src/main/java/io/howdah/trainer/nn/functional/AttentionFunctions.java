// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Attention;
import io.howdah.trainer.ops.AttentionOptions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.RotaryEmbedding;
import io.howdah.trainer.ops.Splits;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attention. */
public final class AttentionFunctions {
    private AttentionFunctions() {}

    /**
     * How many heads there are.
     *
     * @param queries H
     * @param keys G, of keys and of values; a divisor of H (Ainslie et al., “GQA: training generalized multi-query
     *     transformer models from multi-head checkpoints”, 2023)
     */
    public record Heads(long queries, long keys) {
        public Heads {
            if (queries < 1 || keys < 1 || queries % keys != 0) {
                throw new IllegalArgumentException("Cannot make heads: queries=" + queries + " keys=" + keys
                        + ", expected a number of query heads that the number of key heads divides; correct them");
            }
        }
    }

    /** How queries and keys are turned by their positions. */
    public record Rotation(RotaryEmbedding.Angles angles, RotaryEmbedding.Pairs pairs) {}

    /**
     * softmax(scale · q · kᵀ + mask) · v.
     *
     * @param q […, L, E]
     * @param k […, S, E]
     * @param v […, S, F]
     * @return […, L, F]
     */
    public static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        return Attention.scaledDotProduct(q, k, v, options);
    }

    /** Pairs of elements of x [..., L, D], turned by the angles of L positions. */
    public static Tensor rotate(Tensor x, Rotation rotation) {
        return RotaryEmbedding.rotate(x, rotation.angles(), rotation.pairs());
    }

    /**
     * Self-attention of all heads, from queries, keys and values that one linear layer gives side by side (Vaswani et al.,
     * “Attention Is All You Need”, 2017).
     *
     * @param projected [N, T, (H + 2·G)·D]: H heads of queries, G of keys, G of values
     * @param rotation turns queries and keys (angles of T positions); null for none
     * @param options mask, causality, scale, dropout; whether heads are grouped follows from {@code heads}
     * @return [N, T, H·D], heads side by side
     */
    public static Tensor selfAttention(
            Tensor projected, Heads heads, @Nullable Rotation rotation, AttentionOptions options) {
        long all = heads.queries() + 2 * heads.keys();
        if (projected.shape().rank() != 3 || projected.size(-1) % all != 0) {
            throw new IllegalArgumentException("Cannot compute selfAttention: projected=" + projected.shape()
                    + ", expected [N, T, " + all + "·D]; project queries, keys and values side by side");
        }
        long width = projected.size(-1) / all;
        return Composite.of(() -> {
            long[] widths = {heads.queries() * width, heads.keys() * width, heads.keys() * width};
            List<Tensor> parts = Splits.split(projected, widths, 2);
            Tensor q = apart(parts.get(0), width);
            Tensor k = apart(parts.get(1), width);
            Tensor v = apart(parts.get(2), width);
            if (rotation != null) {
                q = rotate(q, rotation);
                k = rotate(k, rotation);
            }
            AttentionOptions grouped = heads.queries() == heads.keys() ? options : options.withGroupedHeads();
            return merged(scaledDotProduct(q, k, v, grouped));
        });
    }

    /** [N, T, H·D] as [N, H, T, D]. */
    private static Tensor apart(Tensor x, long width) {
        return Views.transpose(Views.unflatten(x, 2, x.size(2) / width, width), 1, 2);
    }

    /** [N, H, T, D] as [N, T, H·D]. */
    private static Tensor merged(Tensor x) {
        return Views.flatten(Views.transpose(x, 1, 2), 2, 3);
    }
}
