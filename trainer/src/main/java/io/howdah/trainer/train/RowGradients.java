// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.RemoteTable;
import io.howdah.trainer.sync.RowIndex;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** The gradients of a table's rows, summed in float32 over the micro-batches of a slice, in their order. */
final class RowGradients {
    private final int width;
    private RowIndex index = new RowIndex();
    private @Nullable Tensor sum;
    private long[] taken = new long[0];

    RowGradients(int width) {
        this.width = width;
    }

    /** Adds those of a micro-batch, which it takes over: row i of {@code gradient} [n, D] belongs to slot i of {@code ids}. */
    void add(RowIndex ids, Tensor gradient) {
        Tensor earlier = sum;
        if (earlier == null) {
            index = ids;
            sum = contiguous(gradient);
            return;
        }
        int before = index.size();
        int[] places = new int[ids.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = index.add(ids.id(i));
        }
        Tensor grown =
                Tensor.zeros(DType.FLOAT32, Shape.of(index.size(), width)).keep();
        FloatBuffer totals = grown.buffer().asFloatBuffer();
        totals.put(0, earlier.buffer().asFloatBuffer(), 0, before * width);
        Tensor addend = contiguous(gradient);
        FloatBuffer values = addend.buffer().asFloatBuffer();
        for (int i = 0; i < places.length; i++) {
            for (int j = 0; j < width; j++) {
                int at = places[i] * width + j;
                totals.put(at, totals.get(at) + values.get(i * width + j));
            }
        }
        earlier.close();
        addend.close();
        sum = grown;
    }

    /** The values, row-major and out of reach of any scope. */
    private static Tensor contiguous(Tensor gradient) {
        if (gradient.isContiguous() && gradient.dtype() == DType.FLOAT32) {
            return gradient.keep();
        }
        return converted(gradient, DType.FLOAT32);
    }

    private static Tensor converted(Tensor tensor, DType dtype) {
        Tensor copy = Tensor.empty(dtype, tensor.shape()).keep();
        Backends.current().convert(tensor, copy);
        tensor.close();
        return copy;
    }

    /** The sums times {@code factor} in {@code dtype}, [n, D], to be closed; this begins anew. */
    Tensor take(double factor, DType dtype) {
        Tensor exact =
                sum == null ? Tensor.empty(DType.FLOAT32, Shape.of(0, width)).keep() : sum;
        taken = RemoteTable.ids(index);
        index = new RowIndex();
        sum = null;
        if (factor != 1) {
            Backends.current().scale(exact, factor, 0, exact);
        }
        return dtype == DType.FLOAT32 ? exact : converted(exact, dtype);
    }

    /** The ids of what was taken last. */
    long[] ids() {
        return taken;
    }
}
