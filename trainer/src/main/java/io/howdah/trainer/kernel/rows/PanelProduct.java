// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import io.howdah.trainer.kernel.threads.Team;

/** Products by {@link RowKernels}: the same bits on every processor. */
public final class PanelProduct implements RowProduct {
    /** Rows for which weights are read once. */
    private static final int FEW_ROWS = 4;
    /** Weights, times rows, that one thread is done with before another has heard of them. */
    private static final long ALONE_BYTES = 640 << 10;

    private final RowKernels kernels;
    private final PackedWeights weights;

    public PanelProduct(RowKernels kernels, PackedWeights weights) {
        this.kernels = kernels;
        this.weights = weights;
    }

    @Override
    public void multiply(Team team, float[] x, int rows, float[] y) {
        int panels = weights.panels();
        if (weights.bytes() * Math.max(rows, FEW_ROWS) <= ALONE_BYTES) {
            kernels.multiply(weights, x, rows, y, 0, panels);
            return;
        }
        int span = span(panels, team.size(), rows);
        team.run((panels + span - 1) / span, (item, thread) -> {
            int from = item * span;
            kernels.multiply(weights, x, rows, y, from, Math.min(panels, from + span));
        });
    }

    /** As many panels at a time as kernels take together, but equal shares where there are few. */
    private static int span(int panels, int threads, int rows) {
        if (rows > FEW_ROWS) {
            return 1;
        }
        int together = rows == 1 ? 4 : 2;
        return panels >= 2 * together * threads ? together : (panels + threads - 1) / threads;
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
