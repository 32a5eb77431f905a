// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * Moves through the elements of a tensor in row-major order and copies chunks of them from or to arrays, whatever the
 * strides. Loops over arrays are the ones that the JVM vectorises. Dimensions that lie end to end are merged, so that a
 * contiguous tensor is one run.
 */
final class Cursor {
    private static final long[] NONE = {};

    private final Tensor tensor;
    private final DType dtype;
    private final long first;

    /** The innermost dimension, and the place in it. */
    private final long size;

    private final long step;
    private long place;

    /** The dimensions around it, outermost first, and the place in them. */
    private final int outer;

    private final long[] sizes;
    private final long[] steps;
    private final long[] places;
    private long address;

    /** Stands at the first element. */
    Cursor(Tensor tensor) {
        this.tensor = tensor;
        this.dtype = tensor.dtype();
        this.first = tensor.address();
        this.address = first;
        if (tensor.isContiguous()) {
            this.size = tensor.elements();
            this.step = dtype.bytes();
            this.outer = 0;
            this.sizes = NONE;
            this.steps = NONE;
            this.places = NONE;
        } else {
            int rank = tensor.shape().rank();
            this.sizes = new long[rank];
            this.steps = new long[rank];
            this.places = new long[rank];
            this.outer = merge() - 1;
            this.size = sizes[outer];
            this.step = steps[outer];
        }
    }

    /** Stands at the element of a row-major index. */
    Cursor(Tensor tensor, long index) {
        this(tensor);
        seek(index);
    }

    /** Collects the dimensions; how many are left. */
    private int merge() {
        int used = 0;
        for (int d = 0; d < sizes.length; d++) {
            long length = tensor.size(d);
            if (length != 1) {
                long distance = tensor.stride(d) * dtype.bytes();
                if (used > 0 && steps[used - 1] == distance * length) {
                    used--;
                } else {
                    sizes[used] = 1;
                }
                sizes[used] *= length;
                steps[used++] = distance;
            }
        }
        return used;
    }

    /** Moves to the element of a row-major index. */
    void seek(long index) {
        if (size == 0) {
            return;
        }
        place = index % size;
        address = first + place * step;
        long rest = index / size;
        for (int d = outer - 1; d >= 0; d--) {
            places[d] = rest % sizes[d];
            rest /= sizes[d];
            address += places[d] * steps[d];
        }
    }

    /** The next elements, of any dtype. */
    void read(float[] to, int count) {
        for (int done = 0; done < count; ) {
            int run = run(count - done);
            ElementLoads.load(dtype, address, step, to, done, run);
            done += run;
            advance(run);
        }
        Reference.reachabilityFence(tensor);
    }

    /** The next elements, of any dtype. */
    void read(double[] to, int count) {
        for (int done = 0; done < count; ) {
            int run = run(count - done);
            ElementLoads.load(dtype, address, step, to, done, run);
            done += run;
            advance(run);
        }
        Reference.reachabilityFence(tensor);
    }

    /** The next elements, of an integral dtype or bool. */
    void read(long[] to, int count) {
        for (int done = 0; done < count; ) {
            int run = run(count - done);
            ElementLoads.load(dtype, address, step, to, done, run);
            done += run;
            advance(run);
        }
        Reference.reachabilityFence(tensor);
    }

    /** Rounds to the dtype; integers truncate. */
    void write(float[] from, int count) {
        for (int done = 0; done < count; ) {
            int run = run(count - done);
            ElementStores.store(dtype, address, step, from, done, run);
            done += run;
            advance(run);
        }
        Reference.reachabilityFence(tensor);
    }

    /** Rounds to the dtype; integers truncate. */
    void write(double[] from, int count) {
        for (int done = 0; done < count; ) {
            int run = run(count - done);
            ElementStores.store(dtype, address, step, from, done, run);
            done += run;
            advance(run);
        }
        Reference.reachabilityFence(tensor);
    }

    /** Integers keep their low bits; floating-point rounds. */
    void write(long[] from, int count) {
        for (int done = 0; done < count; ) {
            int run = run(count - done);
            ElementStores.store(dtype, address, step, from, done, run);
            done += run;
            advance(run);
        }
        Reference.reachabilityFence(tensor);
    }

    /** How many elements lie at equal distances from here, at most {@code limit}. */
    private int run(int limit) {
        return (int) Math.min(limit, size - place);
    }

    private void advance(int run) {
        place += run;
        address += run * step;
        if (place == size && outer > 0) {
            place = 0;
            address -= size * step;
            int d = outer - 1;
            places[d]++;
            address += steps[d];
            while (d > 0 && places[d] == sizes[d]) {
                address += steps[d - 1] - sizes[d] * steps[d];
                places[d] = 0;
                d--;
                places[d]++;
            }
        }
    }
}
