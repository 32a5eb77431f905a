// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** Dtype, sizes and strides of one operand, as oneDNN describes memory. */
final class Layout {
    private final DType dtype;
    private final long[] sizes;
    private final long[] strides;

    private Layout(DType dtype, long[] sizes, long[] strides) {
        this.dtype = dtype;
        this.sizes = sizes;
        this.strides = strides;
    }

    static Layout of(Tensor tensor) {
        return new Layout(tensor.dtype(), tensor.shape().sizes(), tensor.strides());
    }

    /** A contiguous tensor as one run of elements. */
    static Layout flat(Tensor tensor) {
        return new Layout(tensor.dtype(), new long[] {tensor.elements()}, new long[] {1});
    }

    static Layout contiguous(DType dtype, long... sizes) {
        return new Layout(dtype, sizes, Shape.of(sizes).contiguousStrides());
    }

    /** Dimensions that strides of 0 stretch shrink to 1, which is how oneDNN says broadcast. */
    static Layout broadcast(Tensor tensor) {
        long[] sizes = tensor.shape().sizes();
        long[] strides = tensor.strides();
        for (int d = 0; d < sizes.length; d++) {
            if (strides[d] == 0) {
                sizes[d] = 1;
                strides[d] = 1;
            }
        }
        return new Layout(tensor.dtype(), sizes, strides);
    }

    /** A new descriptor; the caller destroys it. */
    dnnl_memory_desc descriptor() {
        dnnl_memory_desc descriptor = new dnnl_memory_desc();
        OneDnn.check(
                dnnl_memory_desc_create_with_strides(descriptor, sizes.length, sizes, OneDnn.dtype(dtype), strides),
                "describe memory");
        return descriptor;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout layout
                && dtype == layout.dtype
                && Arrays.equals(sizes, layout.sizes)
                && Arrays.equals(strides, layout.strides);
    }

    @Override
    public int hashCode() {
        return (dtype.hashCode() * 31 + Arrays.hashCode(sizes)) * 31 + Arrays.hashCode(strides);
    }

    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(sizes) + " strides " + Arrays.toString(strides);
    }
}
