// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.DropoutFunctions;
import io.howdah.trainer.tensor.Tensor;

/** In training zeroes each element with probability p and divides the others by 1 − p. */
public final class Dropout extends Layer {
    private final double probability;

    /** @param probability p, from 0 to 1 */
    public Dropout(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "Cannot make Dropout: probability=" + probability + ", expected a number from 0 to 1; correct it");
        }
        this.probability = probability;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return DropoutFunctions.dropout(x, probability, mode());
    }

    @Override
    protected String expected() {
        return "a floating-point dtype";
    }

    @Override
    protected String describe() {
        return "probability=" + probability;
    }
}
