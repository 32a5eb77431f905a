// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.tensor.Philox;

/** Long short-term memory; formulas and source in {@link RecurrentKind#LSTM}. */
public final class Lstm extends RecurrentNetwork {
    public Lstm(RecurrentSettings settings, Philox random) {
        super(RecurrentKind.LSTM, settings, random);
    }
}
