// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * Where a tensor of a file belongs: to some rows of a parameter.
 *
 * @param file name in the file
 * @param parameter the parameter's qualified name
 * @param firstRow its first row that is meant
 * @param rows how many rows are meant; {@link #ALL} for all
 * @param layout how the file holds them
 */
record TensorPart(String file, String parameter, long firstRow, long rows, Layout layout) {
    static final long ALL = -1;

    /** How a file holds a matrix. */
    enum Layout {
        SAME,
        /** Inputs before outputs, as GPT-2's files do. */
        TRANSPOSED
    }

    /** A whole parameter. */
    static TensorPart whole(String file, String parameter) {
        return new TensorPart(file, parameter, 0, ALL, Layout.SAME);
    }

    static TensorPart transposed(String file, String parameter) {
        return new TensorPart(file, parameter, 0, ALL, Layout.TRANSPOSED);
    }

    static TensorPart rows(String file, String parameter, long firstRow, long rows) {
        return new TensorPart(file, parameter, firstRow, rows, Layout.SAME);
    }

    /** The part of a contiguous parameter as the file has it; shares its memory. */
    Tensor of(Tensor owner) {
        long[] sizes = owner.shape().sizes();
        long[] strides = owner.strides();
        sizes[0] = rows == ALL ? sizes[0] : rows;
        long offset = firstRow * strides[0];
        if (layout == Layout.TRANSPOSED) {
            return owner.subview(Shape.of(sizes[1], sizes[0]), new long[] {strides[1], strides[0]}, offset);
        }
        return owner.subview(Shape.of(sizes), strides, offset);
    }
}
