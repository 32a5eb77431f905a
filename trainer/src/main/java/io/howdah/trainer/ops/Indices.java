// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.List;

/** Checks index tensors: kernels trust them, so that an index out of range would read foreign memory. */
final class Indices {
    private Indices() {}

    /** Refuses indices outside [0, bound). */
    static void check(String op, Tensor indices, long bound) {
        checkIntegral(op, indices);
        if (indices.dtype() == DType.UINT8 && bound > 255) {
            return;
        }
        if (indices.dtype() == DType.INT64 && indices.isContiguous()) {
            if (areInside(indices.address(), indices.elements(), bound)) {
                Reference.reachabilityFence(indices);
                return;
            }
        }
        Elements.forEach(indices, address -> checkInside(op, Elements.getLong(indices.dtype(), address), bound));
    }

    /** Without branches, of which a training step has one per token and table. */
    private static boolean areInside(long address, long count, long bound) {
        long signs = 0;
        for (long i = 0; i < count; i++) {
            long index = Memory.getLong(address + i * Long.BYTES);
            signs |= index | bound - 1 - index;
        }
        return signs >= 0;
    }

    private static void checkInside(String op, long index, long bound) {
        if (index < 0 || index >= bound) {
            throw outside(op, index, 0, bound);
        }
    }

    /**
     * The row-major index that several index tensors, broadcast to a common shape, have together.
     *
     * @param bounds number of indices per tensor
     * @param fromEnd whether indices below 0 count from the end
     * @return int64, flat
     */
    static Tensor flat(String op, List<Tensor> tensors, Shape common, long[] bounds, boolean fromEnd) {
        Tensor flat = Tensor.zeros(DType.INT64, Shape.of(common.elements()));
        for (int i = 0; i < bounds.length; i++) {
            Tensor tensor = tensors.get(i);
            checkIntegral(op, tensor);
            DType dtype = tensor.dtype();
            long bound = bounds[i];
            long lowest = fromEnd ? -bound : 0;
            long[] place = {flat.address()};
            Elements.forEach(Broadcast.expand(op, tensor, common), address -> {
                long index = Elements.getLong(dtype, address);
                if (index < lowest || index >= bound) {
                    flat.close();
                    throw outside(op, index, lowest, bound);
                }
                long before = Memory.getLong(place[0]) * bound;
                Memory.putLong(place[0], before + (index < 0 ? index + bound : index));
                place[0] += Long.BYTES;
            });
        }
        return flat;
    }

    /** The indices as int64; a copy where they are of another dtype, which closes with the result. */
    static Contiguous wide(Tensor indices) {
        if (indices.dtype() == DType.INT64) {
            return new Contiguous(indices, false);
        }
        Tensor wide = Tensor.empty(DType.INT64, indices.shape());
        Backends.current().convert(indices, wide);
        return new Contiguous(wide, true);
    }

    private static void checkIntegral(String op, Tensor indices) {
        if (indices.dtype().kind() != DType.Kind.INTEGRAL) {
            throw new IllegalArgumentException("Cannot compute " + op + ": index dtype=" + indices.dtype()
                    + ", expected int64, int32 or uint8; convert it with to(dtype)");
        }
    }

    private static IndexOutOfBoundsException outside(String op, long index, long lowest, long bound) {
        return new IndexOutOfBoundsException("Cannot compute " + op + ": index=" + index + ", expected " + lowest
                + " <= index < " + bound + "; correct the indices");
    }
}
