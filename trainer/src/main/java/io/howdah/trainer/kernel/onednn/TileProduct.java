// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.rows.RowProduct;
import io.howdah.trainer.kernel.threads.Team;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One layer's weights, in parts of some outputs each that threads share. */
final class TileProduct implements RowProduct {
    /** Rows that a thread rounds at a time. */
    private static final int BLOCK = 16;

    private final TileProducts products;
    private final TileShape shape;
    private final List<Tensor> parts;
    private final float @Nullable [] bias;
    private final int inputs;
    private final int outputs;

    /** @param parts packed weights of {@code shape}; the last part has fewer outputs, perhaps */
    TileProduct(
            TileProducts products,
            TileShape shape,
            List<Tensor> parts,
            float @Nullable [] bias,
            int inputs,
            int outputs) {
        this.products = products;
        this.shape = shape;
        this.parts = parts;
        this.bias = bias;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    @Override
    public void multiply(Team team, float[] x, int rows, float[] y) {
        int most = TileKernel.mostRows();
        for (int row = 0; row < rows; row += most) {
            multiply(team, x, row, Math.min(most, rows - row), y);
        }
    }

    private void multiply(Team team, float[] x, int first, int rows, float[] y) {
        Tensor source = products.source();
        team.run((rows + BLOCK - 1) / BLOCK, (block, thread) -> {
            int from = block * BLOCK;
            TileRows.write(x, first + from, Math.min(BLOCK, rows - from), inputs, source, from);
        });
        int variant = TileKernel.variant(rows);
        team.run(parts.size(), (part, thread) -> {
            Tensor target = products.target(thread);
            products.worker(thread).run(shape, variant, source, parts.get(part), target);
            store(target, part * shape.outputs(), first, rows, y);
        });
    }

    private void store(Tensor target, int output, int first, int rows, float[] y) {
        int count = Math.min(shape.outputs(), outputs - output);
        long address = target.address();
        for (int row = 0; row < rows; row++) {
            int at = (first + row) * outputs + output;
            Memory.copy(address + 4L * row * shape.outputs(), y, at, count);
            for (int n = 0; bias != null && n < count; n++) {
                y[at + n] += bias[output + n];
            }
        }
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public long bytes() {
        return parts.stream().mapToLong(Tensor::elements).sum();
    }

    @Override
    public void close() {
        parts.forEach(Tensor::close);
    }
}
