// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a tensor's dimensions; immutable. The empty shape is a scalar's. */
public final class Shape {
    private final long[] sizes;
    private final long elements;

    private Shape(long[] sizes) {
        long product = 1;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("Cannot make shape: sizes=" + Arrays.toString(sizes)
                        + ", expected none below 0; correct the sizes");
            }
            product = Math.multiplyExact(product, size);
        }
        this.sizes = sizes;
        this.elements = product;
    }

    public static Shape of(long... sizes) {
        return new Shape(sizes.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /** Size of a dimension; negative numbers count from the last. */
    public long size(int dimension) {
        int index = dimension < 0 ? dimension + sizes.length : dimension;
        if (index < 0 || index >= sizes.length) {
            throw new IllegalArgumentException("Cannot index shape: dimension=" + dimension + ", expected one of the "
                    + sizes.length + " dimensions of " + this + "; correct the dimension");
        }
        return sizes[index];
    }

    /** Product of all sizes. */
    public long elements() {
        return elements;
    }

    public long[] sizes() {
        return sizes.clone();
    }

    /** Strides, in elements, of a contiguous row-major tensor of this shape. */
    public long[] contiguousStrides() {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, sizes[i]);
        }
        return strides;
    }

    /** Strides, in elements, of [N, C, …] in the memory order [N, …, C]; at least two dimensions. */
    public long[] channelsLastStrides() {
        long[] strides = new long[sizes.length];
        strides[1] = 1;
        long stride = Math.max(1, sizes[1]);
        for (int i = sizes.length - 1; i >= 2; i--) {
            strides[i] = stride;
            stride *= Math.max(1, sizes[i]);
        }
        strides[0] = stride;
        return strides;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
