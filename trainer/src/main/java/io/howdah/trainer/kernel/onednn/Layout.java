// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;

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
    private final boolean free;

    private Layout(DType dtype, long[] sizes, long[] strides, boolean free) {
        this.dtype = dtype;
        this.sizes = sizes;
        this.strides = strides;
        this.free = free;
    }

    static Layout of(Tensor tensor) {
        return new Layout(tensor.dtype(), tensor.shape().sizes(), tensor.strides(), false);
    }

    static Layout of(DType dtype, long[] sizes, long[] strides) {
        return new Layout(dtype, sizes, strides, false);
    }

    /** A contiguous tensor as one run of elements. */
    static Layout flat(Tensor tensor) {
        return new Layout(tensor.dtype(), new long[] {tensor.elements()}, new long[] {1}, false);
    }

    static Layout contiguous(DType dtype, long... sizes) {
        return new Layout(dtype, sizes, Shape.of(sizes).contiguousStrides(), false);
    }

    /** Dimensions that strides of 0 stretch shrink to 1, which is how oneDNN says broadcast. */
    Layout broadcast() {
        long[] newSizes = sizes.clone();
        long[] newStrides = strides.clone();
        long inner = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            if (strides[d] == 0) {
                newSizes[d] = 1;
                // No matter where it points; oneDNN takes dense operands only.
                newStrides[d] = inner;
            }
            inner = newStrides[d] * newSizes[d];
        }
        return new Layout(dtype, newSizes, newStrides, free);
    }

    /** Leaves the order of elements inside the primitive to oneDNN; the tensor is reordered on the way. */
    Layout free() {
        return new Layout(dtype, sizes, strides, true);
    }

    /** The same places, read as another dtype of the same size. */
    Layout as(DType newDType) {
        return new Layout(newDType, sizes, strides, free);
    }

    /** Whether elements of 16 bits lie side by side in twos, so that {@link #pairs} moves them faster. */
    boolean comesInPairs() {
        int last = sizes.length - 1;
        boolean even = dtype == DType.BFLOAT16 && sizes[last] % 2 == 0 && strides[last] == 1;
        for (int d = 0; d < last; d++) {
            even &= strides[d] % 2 == 0;
        }
        return even;
    }

    /** Two elements of 16 bits as one of 32. */
    Layout pairs() {
        int last = sizes.length - 1;
        long[] newSizes = sizes.clone();
        long[] newStrides = Arrays.stream(strides).map(stride -> stride / 2).toArray();
        newSizes[last] /= 2;
        newStrides[last] = 1;
        return new Layout(DType.FLOAT32, newSizes, newStrides, free);
    }

    boolean isFree() {
        return free;
    }

    DType dtype() {
        return dtype;
    }

    int rank() {
        return sizes.length;
    }

    long size(int dimension) {
        return sizes[dimension];
    }

    long stride(int dimension) {
        return strides[dimension];
    }

    /** A new descriptor of what the primitive is asked for; the caller destroys it. */
    dnnl_memory_desc descriptor() {
        if (!free) {
            return outerDescriptor();
        }
        dnnl_memory_desc descriptor = new dnnl_memory_desc();
        OneDnn.check(
                dnnl_memory_desc_create_with_tag(
                        descriptor, sizes.length, sizes, OneDnn.dtype(dtype), dnnl_format_tag_any),
                "describe memory");
        return descriptor;
    }

    /** A new descriptor of the tensor itself; the caller destroys it. */
    dnnl_memory_desc outerDescriptor() {
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
                && free == layout.free
                && Arrays.equals(sizes, layout.sizes)
                && Arrays.equals(strides, layout.strides);
    }

    @Override
    public int hashCode() {
        return (dtype.ordinal() * 31 + Arrays.hashCode(sizes)) * 31 + Arrays.hashCode(strides);
    }

    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(sizes) + (free ? " free from " : " strides ") + Arrays.toString(strides);
    }
}
