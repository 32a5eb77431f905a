// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/**
 * What heads are to find, and read, in rows of tokens t₀ … t₍L−1₎ that a trunk reads moved by one: at position i the trunk
 * is to find tᵢ, head k tᵢ₊ₖ₊₁. Nothing is to be found behind the end of a row, or of the document that tᵢ is in.
 *
 * <p>B rows, L tokens.
 */
final class AheadTokens {
    /** Class number of positions where nothing is to be found. */
    static final int NOTHING = -100;

    private final long[] tokens;
    private final int rows;
    private final int length;
    private final int separator;

    /**
     * @param tokens [B, L]
     * @param separator the token that ends every document
     */
    AheadTokens(Tensor tokens, int separator) {
        this.tokens = tokens.toLongs();
        this.rows = Math.toIntExact(tokens.size(0));
        this.length = Math.toIntExact(tokens.size(1));
        this.separator = separator;
    }

    /** Class numbers, [B · L], int32. */
    Tensor targets(int head) {
        int ahead = head + 1;
        int[] targets = new int[tokens.length];
        Arrays.fill(targets, NOTHING);
        for (int row = 0; row < rows; row++) {
            int ends = 0; // separators among the tokens from i − ahead to i − 1
            for (int i = 0; i < length; i++) {
                int at = row * length + i;
                if (i > 0) {
                    ends += tokens[at - 1] == separator ? 1 : 0;
                }
                if (i >= ahead) {
                    targets[at - ahead] = ends == 0 ? (int) tokens[at] : NOTHING;
                    ends -= tokens[at - ahead] == separator ? 1 : 0;
                }
            }
        }
        return Tensor.of(targets, tokens.length);
    }

    /** Positions of {@link #targets} where there is something to find. */
    long found(Tensor targets) {
        return Arrays.stream(targets.toLongs()).filter(t -> t != NOTHING).count();
    }

    /** What chained heads read: tᵢ₊ₖ, where the trunk reads tᵢ₋₁; [B, L], int32. */
    Tensor read(int head) {
        int[] read = new int[tokens.length];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < length; i++) {
                boolean inside = i + head < length;
                read[row * length + i] = inside ? (int) tokens[row * length + i + head] : separator;
            }
        }
        return Tensor.of(read, rows, length);
    }

    /** B · L. */
    long samples() {
        return tokens.length;
    }
}
