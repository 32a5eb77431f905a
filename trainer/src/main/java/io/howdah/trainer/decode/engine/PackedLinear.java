// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowProduct;
import io.howdah.trainer.kernel.threads.Team;

/** A linear layer with packed weights. The bits of a row of the result depend on its row of x alone. */
public final class PackedLinear {
    private final Team team;
    private final RowProduct product;

    PackedLinear(Team team, RowProduct product) {
        this.team = team;
        this.product = product;
    }

    /**
     * y = x · weightᵀ + bias, on all threads.
     *
     * @param x [rows, inputs], or more
     * @param y [rows, outputs], or more
     */
    public void multiply(float[] x, int rows, float[] y) {
        product.multiply(team, x, rows, y);
    }

    public int inputs() {
        return product.inputs();
    }

    public int outputs() {
        return product.outputs();
    }

    /** Memory of the weights. */
    public long bytes() {
        return product.bytes();
    }
}
