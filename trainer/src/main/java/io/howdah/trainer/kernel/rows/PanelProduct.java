// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import io.howdah.trainer.kernel.threads.Team;

/** Products by {@link RowKernels}: the same bits on every processor. */
public final class PanelProduct implements RowProduct {
    private final RowKernels kernels;
    private final PackedWeights weights;

    public PanelProduct(RowKernels kernels, PackedWeights weights) {
        this.kernels = kernels;
        this.weights = weights;
    }

    @Override
    public void multiply(Team team, float[] x, int rows, float[] y) {
        team.run(weights.panels(), (panel, thread) -> kernels.multiply(weights, x, rows, y, panel, panel + 1));
    }

    @Override
    public int inputs() {
        return weights.inputs();
    }

    @Override
    public int outputs() {
        return weights.outputs();
    }

    @Override
    public long bytes() {
        return weights.bytes();
    }

    @Override
    public void close() {
        // Weights on the heap need no freeing.
    }
}
