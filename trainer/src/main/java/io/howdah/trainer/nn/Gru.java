// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.tensor.Philox;

/** Gated recurrent units; formulas and source in {@link RecurrentKind#GRU}. */
public final class Gru extends RecurrentNetwork {
    public Gru(RecurrentSettings settings, Philox random) {
        super(RecurrentKind.GRU, settings, random);
    }
}
