// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowKernels;
import io.howdah.trainer.model.lm.NormWeights;
import org.jspecify.annotations.Nullable;

/** A normalisation of rows: layer normalisation where there is a bias, else RMS normalisation. */
public final class RowNorm {
    private final RowKernels kernels;
    private final float[] weight;
    private final float @Nullable [] bias;
    private final float epsilon;

    public RowNorm(Compute compute, NormWeights weights) {
        this.kernels = compute.kernels();
        this.weight = weights.weight().toFloats();
        this.bias = weights.bias() == null ? null : weights.bias().toFloats();
        this.epsilon = (float) weights.epsilon();
    }

    /** E. */
    public int width() {
        return weight.length;
    }

    /** Normalises row {@code row} of x [.., E] into the row {@code into} of out [.., E]. */
    public void apply(float[] x, int row, float[] out, int into) {
        int at = row * weight.length;
        int outAt = into * weight.length;
        if (bias == null) {
            kernels.rmsNorm(x, at, weight, epsilon, out, outAt);
        } else {
            kernels.layerNorm(x, at, weight, bias, epsilon, out, outAt);
        }
    }

    /** Normalises the first {@code rows} rows. */
    public void apply(float[] x, int rows, float[] out) {
        for (int row = 0; row < rows; row++) {
            apply(x, row, out, row);
        }
    }
}
