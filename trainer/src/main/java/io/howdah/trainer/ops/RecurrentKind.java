// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/** Cells of recurrent networks. Each gate is W_ih·x + b_ih + W_hh·h + b_hh but where said otherwise. */
public enum RecurrentKind {
    /** h' = tanh(gate) (Elman, “Finding structure in time”, 1990) */
    RNN_TANH(1),
    /** h' = max(gate, 0) */
    RNN_RELU(1),
    /**
     * Gates i, f, g, o: c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c') (Hochreiter and Schmidhuber 1997; Gers,
     * Schmidhuber and Cummins 2000)
     */
    LSTM(4),
    /**
     * Gates r, z, n: n' = tanh(W_in·x + b_in + σ(r)·(W_hn·h + b_hn)), h' = (1 − σ(z))·n' + σ(z)·h (Cho et al. 2014, with
     * the reset behind the product)
     */
    GRU(3);

    private final int gates;

    RecurrentKind(int gates) {
        this.gates = gates;
    }

    /** How many times H the weights are high. */
    public int gates() {
        return gates;
    }
}
