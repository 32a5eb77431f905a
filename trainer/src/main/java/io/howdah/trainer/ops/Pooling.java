// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.Shape;

/**
 * How a pool moves its window over the input. One-dimensional pools use the widths.
 *
 * @param kernel size of the window, at least 1
 * @param stride step between windows, at least 1
 * @param padding positions added on each side, from 0 to half the kernel
 * @param dilation distance between the window's elements, at least 1; 1 for averages
 * @param ceil whether a last window that reaches beyond the padded input counts, if it starts inside input or left padding
 */
public record Pooling(Spatial kernel, Spatial stride, Spatial padding, Spatial dilation, boolean ceil) {
    /** Windows side by side: stride equal to the kernel. */
    public static Pooling of(Spatial kernel) {
        return new Pooling(kernel, kernel, Spatial.of(0), Spatial.of(1), false);
    }

    /** Windows side by side: stride equal to the kernel. */
    public static Pooling of(int kernel) {
        return of(Spatial.of(kernel));
    }

    public Pooling withStride(Spatial newStride) {
        return new Pooling(kernel, newStride, padding, dilation, ceil);
    }

    public Pooling withStride(int both) {
        return withStride(Spatial.of(both));
    }

    public Pooling withPadding(Spatial newPadding) {
        return new Pooling(kernel, stride, newPadding, dilation, ceil);
    }

    public Pooling withPadding(int both) {
        return withPadding(Spatial.of(both));
    }

    public Pooling withDilation(Spatial newDilation) {
        return new Pooling(kernel, stride, padding, newDilation, ceil);
    }

    public Pooling withDilation(int both) {
        return withDilation(Spatial.of(both));
    }

    public Pooling withCeil(boolean newCeil) {
        return new Pooling(kernel, stride, padding, dilation, newCeil);
    }

    /** The same along a row: height 1. */
    Pooling alongWidth() {
        return new Pooling(
                kernel.withHeight(1), stride.withHeight(1), padding.withHeight(0), dilation.withHeight(1), ceil);
    }

    /** The window as kernels take it, and the size of the result for planes [N, C, H, W]. */
    PoolWindow over(String op, Shape planes) {
        if (!kernel.isAtLeast(1) || !stride.isAtLeast(1) || !dilation.isAtLeast(1) || !padding.isAtLeast(0)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": " + this
                    + ", expected kernel >= 1, stride >= 1, dilation >= 1 and padding >= 0; correct the pooling");
        }
        Spatial extent =
                new Spatial(dilation.height() * (kernel.height() - 1) + 1, dilation.width() * (kernel.width() - 1) + 1);
        if (padding.height() > kernel.height() / 2 || padding.width() > kernel.width() / 2) {
            throw new IllegalArgumentException("Cannot compute " + op + ": padding=" + padding + " kernel=" + kernel
                    + ", expected a padding of at most half the kernel; pad less");
        }
        long height = outputs(planes.size(2), extent.height(), stride.height(), padding.height());
        long width = outputs(planes.size(3), extent.width(), stride.width(), padding.width());
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + planes + " kernel=" + kernel
                    + " padding=" + padding + " dilation=" + dilation
                    + ", expected a window that fits into the padded input; pad more or make the window smaller");
        }
        return new PoolWindow(window(), height, width);
    }

    private long outputs(long size, int extent, int step, int pad) {
        long room = size + 2L * pad - extent;
        long outputs = Math.floorDiv(room + (ceil ? step - 1 : 0), step) + 1;
        boolean beyond = ceil && (outputs - 1) * step >= size + pad;
        return beyond ? outputs - 1 : outputs;
    }

    private Window window() {
        return new Window(
                kernel.height(),
                kernel.width(),
                stride.height(),
                stride.width(),
                padding.height(),
                padding.width(),
                dilation.height(),
                dilation.width());
    }
}
