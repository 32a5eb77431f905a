// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Rows of tokens with some hidden (Devlin et al. 2018): of those chosen, 80 % are replaced by the mask, 10 % by a random
 * token, 10 % stay.
 *
 * @param inputs tokens with the replacements, [B, L], int32
 * @param places where the chosen tokens are among the B · L, ascending, [S], int64
 * @param targets the chosen tokens, [S], int32
 */
record Masking(Tensor inputs, Tensor places, Tensor targets) {
    private static final double MASKED = 0.8;
    private static final double RANDOM = 0.1;

    /**
     * What is drawn from.
     *
     * @param rate share of the tokens of a row that are chosen; at least one is, and as many in every row
     * @param mask the token that hides others
     * @param vocabulary random tokens are below it
     */
    record Rule(double rate, int mask, int vocabulary) {
        int chosen(int length) {
            return (int) Math.max(1, Math.min(length, Math.round(rate * length)));
        }
    }

    static Masking draw(Tensor tokens, Rule rule, Philox random) {
        if (tokens.shape().rank() != 2 || tokens.dtype().kind() != DType.Kind.INTEGRAL || tokens.elements() == 0) {
            throw new IllegalArgumentException("Cannot read tokens: tokens=" + tokens
                    + ", expected integers [B, L], at least one; convert the dataset");
        }
        int rows = Math.toIntExact(tokens.size(0));
        int length = Math.toIntExact(tokens.size(1));
        int chosen = rule.chosen(length);
        int[] inputs = numbers(tokens);
        long[] places = new long[rows * chosen];
        int[] targets = new int[places.length];
        int[] order = new int[length];
        for (int row = 0; row < rows; row++) {
            Arrays.setAll(order, i -> i);
            for (int i = 0; i < chosen; i++) {
                int other = i + random.nextInt(length - i);
                int place = order[other];
                order[other] = order[i];
                places[row * chosen + i] = (long) row * length + place;
            }
        }
        Arrays.sort(places);
        for (int i = 0; i < places.length; i++) {
            int place = (int) places[i];
            targets[i] = inputs[place];
            double fate = random.nextDouble();
            if (fate < MASKED) {
                inputs[place] = rule.mask();
            } else if (fate < MASKED + RANDOM) {
                inputs[place] = random.nextInt(rule.vocabulary());
            }
        }
        return new Masking(
                Tensor.of(inputs, rows, length), Tensor.of(places, places.length), Tensor.of(targets, targets.length));
    }

    private static int[] numbers(Tensor tokens) {
        int[] numbers = new int[Math.toIntExact(tokens.elements())];
        int[] next = {0};
        Elements.forEach(tokens, address -> numbers[next[0]++] = (int) Elements.getLong(tokens.dtype(), address));
        Reference.reachabilityFence(tokens);
        return numbers;
    }
}
