// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.sampling.SamplingSettings;

/**
 * One text to be written.
 *
 * @param prompt number of the prompt, which is part of the key of the noise
 * @param sample which of several texts for this prompt, likewise
 * @param tokens of the prompt, at least one
 * @param logprobs how many tokens' logarithms of probabilities are wanted
 */
public record GenerationRequest(
        long prompt, long sample, int[] tokens, SamplingSettings sampling, StopSettings stop, Logprobs logprobs) {
    /** Whether probabilities are reported. */
    public enum Logprobs {
        NONE,
        /** Those of the tokens written, by the model's own softmax at temperature 1. */
        WRITTEN
    }

    public GenerationRequest {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("Cannot generate: prompt=" + prompt
                    + " has no tokens, expected at least one; begin it with the separator");
        }
    }

    /** One text without probabilities. */
    public static GenerationRequest of(long prompt, int[] tokens, SamplingSettings sampling, StopSettings stop) {
        return new GenerationRequest(prompt, 0, tokens, sampling, stop, Logprobs.NONE);
    }
}
