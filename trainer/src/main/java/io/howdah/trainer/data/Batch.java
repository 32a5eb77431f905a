// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import io.howdah.trainer.tensor.Tensor;
import java.util.Map;

/**
 * Some consecutive examples, one tensor per column with the batch as first dimension. Closing releases the tensors.
 *
 * @param examples number of examples, B
 * @param columns tensors of shape [B, …] by column name
 */
public record Batch(int examples, Map<String, Tensor> columns) implements AutoCloseable {
    /** The tensor of a column. */
    public Tensor column(String name) {
        Tensor tensor = columns.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("Cannot read batch: column=" + name + ", expected one of "
                    + columns.keySet() + "; use a dataset that has this column");
        }
        return tensor;
    }

    @Override
    public void close() {
        columns.values().forEach(Tensor::close);
    }
}
