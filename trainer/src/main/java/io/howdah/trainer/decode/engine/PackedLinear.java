// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.PackedWeights;
import io.howdah.trainer.model.lm.LinearWeights;

/** A linear layer with packed weights. The bits of a row of the result depend on its row of x alone. */
public final class PackedLinear {
    private final Compute compute;
    private final PackedWeights weights;

    PackedLinear(Compute compute, LinearWeights weights) {
        this.compute = compute;
        this.weights = PackedWeights.of(weights.weight(), weights.bias(), compute.dtype());
    }

    /**
     * y = x · weightᵀ + bias, on all threads.
     *
     * @param x [rows, inputs], or more
     * @param y [rows, outputs], or more
     */
    public void multiply(float[] x, int rows, float[] y) {
        compute.team()
                .run(
                        weights.panels(),
                        (panel, thread) -> compute.kernels().multiply(weights, x, rows, y, panel, panel + 1));
    }

    public int inputs() {
        return weights.inputs();
    }

    public int outputs() {
        return weights.outputs();
    }

    /** Memory of the weights. */
    public long bytes() {
        return weights.bytes();
    }
}
