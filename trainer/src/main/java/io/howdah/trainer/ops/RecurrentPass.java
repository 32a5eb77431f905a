// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import org.jspecify.annotations.Nullable;

/**
 * How a recurrent layer goes through its input.
 *
 * @param kind its cell
 * @param reverse whether from the last step to the first
 * @param biased whether it has biases
 * @param lengths steps of each sequence, 1 to T; null if all have T
 */
record RecurrentPass(RecurrentKind kind, boolean reverse, boolean biased, long @Nullable [] lengths) {
    /** Number of states that go from step to step. */
    int states() {
        return kind == RecurrentKind.LSTM ? 2 : 1;
    }

    /** Number of inputs: x, the states, two weights, two biases. */
    int operands() {
        return 1 + states() + (biased ? 4 : 2);
    }

    /** Place of W_ih; W_hh, b_ih and b_hh follow. */
    int weight() {
        return 1 + states();
    }
}
