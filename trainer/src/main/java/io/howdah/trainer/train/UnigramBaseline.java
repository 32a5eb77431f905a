// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import java.util.Arrays;
import java.util.Map;

/**
 * The model that knows only how often each token occurs in the training text: p(token) = (count + 1) / (Σ counts + V),
 * Laplace's rule, so that unseen tokens have a chance.
 */
public final class UnigramBaseline {
    /** Dataset property with V comma-separated counts of the tokens 0 … V−1. */
    public static final String HISTOGRAM = "histogram";

    /** Name of the baseline's mean loss in evaluations. */
    public static final String METRIC = "unigramLoss";

    private final long[] counts;

    private UnigramBaseline(long[] counts) {
        this.counts = counts;
    }

    /** The baseline of a training dataset with these properties. */
    public static UnigramBaseline of(Map<String, String> trained) {
        return new UnigramBaseline(histogram(trained));
    }

    /** Cross-entropy of a held-out dataset's tokens, in nats per token. */
    public double natsPerToken(Map<String, String> heldOut) {
        long[] observed = histogram(heldOut);
        if (observed.length != counts.length) {
            throw new IllegalArgumentException("Cannot compute unigram baseline: vocabulary=" + observed.length
                    + ", expected " + counts.length + " as in training; use datasets of one preprocessing");
        }
        double all = Arrays.stream(counts).sum() + (double) counts.length;
        double nats = 0;
        for (int token = 0; token < counts.length; token++) {
            nats -= observed[token] * StrictMath.log((counts[token] + 1) / all);
        }
        return nats / Arrays.stream(observed).sum();
    }

    private static long[] histogram(Map<String, String> properties) {
        String text = properties.get(HISTOGRAM);
        if (text == null || !text.matches("\\d+(,\\d+)*")) {
            throw new IllegalArgumentException("Cannot compute unigram baseline: dataset property " + HISTOGRAM + "="
                    + text + ", expected comma-separated counts; preprocess the text again");
        }
        return Arrays.stream(text.split(",", -1)).mapToLong(Long::parseLong).toArray();
    }
}
