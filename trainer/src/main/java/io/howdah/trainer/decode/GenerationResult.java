// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

/**
 * A text.
 *
 * @param tokens written, without the prompt; a token that ends the text included
 * @param bytes of the text, without the prompt, up to the end token or the stop string
 * @param logprobs of the tokens, natural logarithms; empty if not asked for
 */
public record GenerationResult(
        GenerationRequest request, int[] tokens, byte[] bytes, EndReason reason, double[] logprobs) {}
