// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * What a window sees of images [N, C, H, W], as a view [C, R, S, N, P, Q] of a padded copy, or of the images themselves
 * where no window reaches beyond them.
 */
final class Patches implements AutoCloseable {
    private final Tensor images;
    private final Window window;
    private final long rows;
    private final long columns;

    /** The copy, or the images. */
    private final Tensor padded;

    private final long top;
    private final long left;

    Patches(Tensor images, Window window, long rows, long columns) {
        this.images = images;
        this.window = window;
        this.rows = rows;
        this.columns = columns;
        this.top = Math.max(0, window.padTop());
        this.left = Math.max(0, window.padLeft());
        long height = Math.max(images.size(2), lastRow() + 1) + top;
        long width = Math.max(images.size(3), lastColumn() + 1) + left;
        if (height == images.size(2) && width == images.size(3)) {
            this.padded = images;
        } else {
            this.padded = Tensor.zeros(images.dtype(), Shape.of(images.size(0), images.size(1), height, width));
            Tensor inside = padded.subview(images.shape(), padded.strides(), top * width + left);
            Copying.copy(images, inside);
        }
    }

    private long lastRow() {
        return (rows - 1) * window.strideHeight()
                + (long) (window.kernelHeight() - 1) * window.dilationHeight()
                - window.padTop();
    }

    private long lastColumn() {
        return (columns - 1) * window.strideWidth()
                + (long) (window.kernelWidth() - 1) * window.dilationWidth()
                - window.padLeft();
    }

    /** [C, R, S, N, P, Q] for {@code count} channels from {@code start} on. */
    Tensor channels(long start, long count) {
        long row = padded.stride(2);
        long column = padded.stride(3);
        long offset = (top - window.padTop()) * row + (left - window.padLeft()) * column;
        return padded.subview(
                Shape.of(count, window.kernelHeight(), window.kernelWidth(), images.size(0), rows, columns),
                new long[] {
                    padded.stride(1),
                    window.dilationHeight() * row,
                    window.dilationWidth() * column,
                    padded.stride(0),
                    window.strideHeight() * row,
                    window.strideWidth() * column
                },
                offset + start * padded.stride(1));
    }

    @Override
    public void close() {
        if (padded != images) {
            padded.close();
        }
    }
}
