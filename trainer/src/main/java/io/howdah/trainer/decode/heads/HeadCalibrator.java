// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Counts at which ranks of the heads' scores the tokens of texts are. Texts should be such as the model itself writes. */
public final class HeadCalibrator {
    private final LanguageNetwork network;
    private final TokenHeads heads;
    private final long context;
    private final long[] places;
    private final long[][] hits;

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
        this.places = new long[heads.count()];
        this.hits = new long[heads.count()][ranks];
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
            for (int head = 0; head < scores.size(); head++) {
                count(head, scores.get(head).toFloats(), text, Math.max(from, head + 2), length);
            }
        }
    }

    private void count(int head, float[] scores, int[] text, int from, int length) {
        int vocabulary = scores.length / length;
        for (int at = from; at < length; at++) {
            // The trunk finds a token one place before it, head k another k + 1 places earlier.
            int row = at - head - 2;
            int rank = 0;
            float own = scores[row * vocabulary + text[at]];
            for (int token = 0; token < vocabulary; token++) {
                float other = scores[row * vocabulary + token];
                rank += other > own || other == own && token < text[at] ? 1 : 0;
            }
            places[head]++;
            if (rank < hits[head].length) {
                hits[head][rank]++;
            }
        }
    }

    /** What was counted so far. */
    public HeadCalibration result() {
        return new HeadCalibration(places, hits);
    }
}
