// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Numbers of dimensions, which users may count from the last. */
final class Dimensions {
    /** What reductions take, as in PyTorch. */
    private static final int MOST = 64;

    private Dimensions() {}

    /** The 0-based dimension; scalars have a dimension 0 of size 1, as in PyTorch. */
    static int of(String op, Shape shape, int dimension) {
        return of(op, shape, dimension, Math.max(1, shape.rank()));
    }

    /** The 0-based place of a dimension that is to be inserted. */
    static int inserted(String op, Shape shape, int dimension) {
        return of(op, shape, dimension, shape.rank() + 1);
    }

    private static int of(String op, Shape shape, int dimension, int count) {
        if (dimension < -count || dimension >= count) {
            throw new IndexOutOfBoundsException("Cannot compute " + op + ": dimension=" + dimension + ", expected "
                    + -count + " to " + (count - 1) + " for " + shape + "; correct the dimension");
        }
        return dimension < 0 ? dimension + count : dimension;
    }

    /** The distinct 0-based dimensions, as flags by dimension; all where none is given. */
    static boolean[] flags(String op, Shape shape, int... dimensions) {
        if (shape.rank() > MOST) {
            throw new IllegalArgumentException("Cannot compute " + op + ": shape=" + shape + ", expected at most "
                    + MOST + " dimensions; reshape it");
        }
        boolean[] flags = new boolean[shape.rank()];
        if (dimensions.length == 0) {
            Arrays.fill(flags, true);
        }
        boolean[] scalar = new boolean[1];
        for (int dimension : dimensions) {
            int index = of(op, shape, dimension);
            boolean[] seen = shape.rank() == 0 ? scalar : flags;
            if (seen[index]) {
                throw new IllegalArgumentException("Cannot compute " + op + ": dimensions="
                        + Arrays.toString(dimensions) + ", expected distinct dimensions of " + shape
                        + "; dim " + index + " appears multiple times");
            }
            seen[index] = true;
        }
        return flags;
    }

    /** The shape without, or with size 1 in, the flagged dimensions. */
    static Shape reduced(Shape shape, boolean[] flags, boolean keep) {
        long[] sizes = new long[shape.rank()];
        int count = 0;
        for (int d = 0; d < flags.length; d++) {
            if (keep || !flags[d]) {
                sizes[count++] = flags[d] ? 1 : shape.size(d);
            }
        }
        return Shape.of(Arrays.copyOf(sizes, count));
    }

    /** The shape with the dimensions from first to last, both included, as one; a scalar's becomes [1]. */
    static Shape merged(Shape shape, int first, int last) {
        if (shape.rank() == 0) {
            return Shape.of(1);
        }
        long product = 1;
        for (int d = first; d <= last; d++) {
            product *= shape.size(d);
        }
        long[] sizes = new long[shape.rank() - (last - first)];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = d < first ? shape.size(d) : d == first ? product : shape.size(d + last - first);
        }
        return Shape.of(sizes);
    }

    /** The shape with one dimension replaced by any number of others. */
    static Shape replaced(Shape shape, int dimension, long... sizes) {
        long[] result = new long[shape.rank() - 1 + sizes.length];
        for (int d = 0; d < result.length; d++) {
            int inside = d - dimension;
            if (inside < 0) {
                result[d] = shape.size(d);
            } else {
                result[d] = inside < sizes.length ? sizes[inside] : shape.size(d - sizes.length + 1);
            }
        }
        return Shape.of(result);
    }

    /** The values per dimension without that of one dimension. */
    static long[] without(long[] values, int dimension) {
        long[] remaining = new long[values.length - 1];
        for (int d = 0; d < remaining.length; d++) {
            remaining[d] = values[d < dimension ? d : d + 1];
        }
        return remaining;
    }

    /** The tensor; a scalar as a vector of one element. */
    static Tensor vector(Tensor x) {
        return x.shape().rank() == 0 ? Views.view(x, 1) : x;
    }

    /** The shape with one more dimension at the end. */
    static Shape appended(Shape shape, long size) {
        long[] sizes = Arrays.copyOf(shape.sizes(), shape.rank() + 1);
        sizes[shape.rank()] = size;
        return Shape.of(sizes);
    }
}
