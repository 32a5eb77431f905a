// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.tensor.Philox;

/** Elman's network; formulas and source in {@link RecurrentKind#RNN_TANH}. */
public final class Rnn extends RecurrentNetwork {
    /** The function of a gate. */
    public enum Nonlinearity {
        TANH(RecurrentKind.RNN_TANH),
        RELU(RecurrentKind.RNN_RELU);

        private final RecurrentKind kind;

        Nonlinearity(RecurrentKind kind) {
            this.kind = kind;
        }
    }

    /** With tanh. */
    public Rnn(RecurrentSettings settings, Philox random) {
        this(settings, Nonlinearity.TANH, random);
    }

    public Rnn(RecurrentSettings settings, Nonlinearity nonlinearity, Philox random) {
        super(nonlinearity.kind, settings, random);
    }
}
