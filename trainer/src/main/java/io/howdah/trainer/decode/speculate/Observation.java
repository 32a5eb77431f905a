// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.engine.DecoderRows;

/**
 * What a forward of the target said of tokens that are now part of a sequence.
 *
 * @param sequence number of the live sequence
 * @param first position of the first of these tokens
 * @param rows the target's rows, valid during the call alone
 * @param numbers rows of the tokens, in the order of their positions
 */
public record Observation(int sequence, int first, DecoderRows rows, int[] numbers) {}
