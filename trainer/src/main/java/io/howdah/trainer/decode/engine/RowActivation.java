// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowKernels;
import java.util.Arrays;

/** SiLU of rows. The bits of an element depend on it alone. */
public final class RowActivation {
    private final RowKernels kernels;
    private float[] pairs = {};
    private float[] activated = {};

    public RowActivation(Compute compute) {
        this.kernels = compute.kernels();
    }

    /** x[at + i] += silu(branch[i]) for the first {@code count} elements. */
    public void addSilu(float[] x, int at, float[] branch, int count) {
        if (activated.length < count) {
            pairs = new float[2 * count];
            activated = new float[count];
        }
        System.arraycopy(branch, 0, pairs, 0, count);
        Arrays.fill(pairs, count, 2 * count, 1);
        kernels.swiGlu(pairs, 0, count, activated, 0);
        kernels.add(x, at, activated, 0, count);
    }
}
