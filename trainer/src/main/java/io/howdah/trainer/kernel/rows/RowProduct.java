// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import io.howdah.trainer.kernel.threads.Team;

/**
 * A linear layer whose weights were laid out once: y = x · weightᵀ + bias. The bits of a row of the result depend on its
 * row of x alone, not on the other rows or the number of threads. Used by one thread.
 */
public interface RowProduct extends AutoCloseable {
    /**
     * On all threads of a team.
     *
     * @param x [rows, inputs], or more
     * @param y [rows, outputs], or more
     */
    void multiply(Team team, float[] x, int rows, float[] y);

    int inputs();

    int outputs();

    /** Memory of the weights. */
    long bytes();

    /** Frees the weights. */
    @Override
    void close();
}
