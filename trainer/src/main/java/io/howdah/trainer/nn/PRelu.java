// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.tensor.Tensor;

/** x above 0, else weight·x with a learnt weight (He et al., “Delving deep into rectifiers”, 2015); [N, C, …] to the same. */
public final class PRelu extends Layer {
    private static final double FIRST_SLOPE = 0.25;

    private final Tensor weight;

    /** One slope for all channels. */
    public PRelu() {
        this(1);
    }

    /** @param slopes C for one per channel, or 1 */
    public PRelu(long slopes) {
        this.weight = parameter("weight", Initialisation.constant(FIRST_SLOPE, slopes));
    }

    @Override
    protected Tensor compute(Tensor x) {
        return ActivationFunctions.prelu(x, weight);
    }

    @Override
    protected String expected() {
        return weight.elements() == 1 ? "a floating-point input" : "[N, " + weight.elements() + ", …]";
    }

    @Override
    protected String describe() {
        return "slopes=" + weight.elements();
    }
}
