// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.decode.heads.HeadCalibration.Before;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Counts at which ranks of the heads' scores the tokens of texts are, for each head where those before it were right, and at the places where
 * drafts begin: what is easy to tell is passed over in long steps. Texts should be such as the model itself writes.
 */
public final class HeadCalibrator {
    private final LanguageNetwork network;
    private final TokenHeads heads;
    private final long context;
    private final int ranks;
    private HeadCalibration sum;

    /**
     * @param network in evaluation
     * @param heads made for it, attached or not
     * @param context most tokens of a text
     * @param ranks R, how many ranks are told apart
     */
    public HeadCalibrator(LanguageNetwork network, TokenHeads heads, long context, int ranks) {
        this.network = network;
        this.heads = heads;
        this.context = context;
        this.ranks = ranks;
        this.sum = HeadCalibration.none(heads.count(), ranks);
    }

    /**
     * Counts the tokens of a text.
     *
     * @param text as the model reads it; what exceeds the context is passed over
     * @param from first token that counts, as those of a prompt should not
     */
    public void add(int[] text, int from) {
        int length = (int) Math.min(context, text.length);
        if (length < 2) {
            return;
        }
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad()) {
            Tensor inputs = Tensor.of(Arrays.copyOf(text, length), 1, length);
            List<Tensor> scores = heads.scores(network, inputs);
            int[][] found = new int[scores.size()][];
            for (int head = 0; head < found.length; head++) {
                found[head] = ranks(head, scores.get(head).toFloats(), text, length);
            }
            sum = sum.plus(counted(found, Math.max(0, from - 2), length - 2));
        }
    }

    /** For every row the rank of the token that head {@code head} looked for there, of all rows that have one. */
    private static int[] ranks(int head, float[] scores, int[] text, int length) {
        int vocabulary = scores.length / length;
        // The trunk finds the token behind a row, head k the one k + 1 places later.
        int[] ranks = new int[Math.max(0, length - head - 2)];
        for (int row = 0; row < ranks.length; row++) {
            int wanted = text[row + head + 2];
            float own = scores[row * vocabulary + wanted];
            for (int token = 0; token < vocabulary; token++) {
                float other = scores[row * vocabulary + token];
                ranks[row] += other > own || other == own && token < wanted ? 1 : 0;
            }
        }
        return ranks;
    }

    /** Counts at the rows where drafts would be made: behind those that the chain of the first ranks has written. */
    private HeadCalibration counted(int[][] found, int fromRow, int toRow) {
        long[][] places = new long[found.length][Before.values().length];
        long[][][] hits = new long[found.length][Before.values().length][ranks];
        for (int row = fromRow, next; row < toRow; row = next) {
            next = row + 1;
            Before before = Before.FIRST;
            for (int head = 0; head < found.length && row < found[head].length; head++) {
                int rank = found[head][row];
                places[head][before.ordinal()]++;
                if (rank >= ranks) {
                    break; // no tree goes on behind it
                }
                hits[head][before.ordinal()][rank]++;
                before = before.and(rank);
                next += before == Before.FIRST ? 1 : 0;
            }
        }
        return new HeadCalibration(places, hits);
    }

    /** What was counted so far. */
    public HeadCalibration result() {
        return sum;
    }
}
