// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;

/** Where the rows of sparse tables are read from: a parameter store, or a checkpoint. */
@FunctionalInterface
public interface RowSource {
    /**
     * Reads rows; those that do not exist read as their first values.
     *
     * @param table index among the tables of the model
     * @param ids n ids
     * @param into [n, D], float32, contiguous
     */
    void read(int table, long[] ids, Tensor into) throws IOException, InterruptedException;
}
