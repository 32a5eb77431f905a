// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.ops.MaxPools.Pooled;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Pools that cut the input into as many windows as wanted: output p of P takes the elements ⌊pH/P⌋ to ⌈(p + 1)H/P⌉ − 1. */
public final class AdaptivePools {
    /** The mean of every window along one dimension. */
    static final Op<Cut> AVERAGE_CUT = Op.<Cut>named("averageWindows", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                Cut cut = call.attributes();
                Tensor out = call.out(cut.sized(call.shape(), cut.outputs()));
                for (long p = 0; p < cut.outputs(); p++) {
                    Tensor mean = cut.part(out, p, 1);
                    call.backend().reduce(Reduction.SUM, cut.window(call.input(0), p), mean);
                    call.backend().scale(mean, 1.0 / cut.length(p), 0, mean);
                }
            })
            .backward(call -> call.give(0, () -> spread(call.gradient(), call.attributes())));

    /** Every element divided over its window: the transpose of {@link #AVERAGE_CUT}. */
    static final Op<Cut> SPREAD_CUT = Op.<Cut>named("spreadWindows", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                Cut cut = call.attributes();
                Tensor out = call.out(cut.sized(call.shape(), cut.inputs()));
                call.backend().fill(out, 0);
                for (long p = 0; p < cut.outputs(); p++) {
                    Tensor element = cut.part(call.input(0), p, 1);
                    try (Tensor share = Tensor.empty(element.dtype(), element.shape())) {
                        call.backend().scale(element, 1.0 / cut.length(p), 0, share);
                        Tensor window = cut.window(out, p);
                        Tensor stretched = Broadcast.expand("spreadWindows", share, window.shape());
                        call.backend().binary(Binary.ADD, window, stretched, window);
                    }
                }
            })
            .backward(call -> call.give(0, () -> average(call.gradient(), call.attributes())));

    static final List<Op<?>> ALL = List.of(AVERAGE_CUT, SPREAD_CUT);

    /** How a dimension of {@code inputs} elements is cut into {@code outputs} windows. */
    record Cut(int dimension, long inputs, long outputs) {
        long start(long window) {
            return window * inputs / outputs;
        }

        long length(long window) {
            return ((window + 1) * inputs + outputs - 1) / outputs - start(window);
        }

        Shape sized(Shape shape, long size) {
            long[] sizes = shape.sizes();
            sizes[dimension] = size;
            return Shape.of(sizes);
        }

        Tensor window(Tensor x, long window) {
            return part(x, start(window), length(window));
        }

        Tensor part(Tensor x, long start, long length) {
            return x.subview(sized(x.shape(), length), x.strides(), start * x.stride(dimension));
        }

        /** For every window the elements it takes; those of shorter windows end with repetitions of their last one. */
        long[] elements() {
            long longest = longest();
            long[] elements = new long[Math.toIntExact(outputs * longest)];
            for (int i = 0; i < elements.length; i++) {
                long window = i / longest;
                elements[i] = start(window) + Math.min(i % longest, length(window) - 1);
            }
            return elements;
        }

        long longest() {
            long longest = 1;
            for (long window = 0; window < outputs; window++) {
                longest = Math.max(longest, length(window));
            }
            return longest;
        }
    }

    private AdaptivePools() {}

    /**
     * Means of {@code size} windows.
     *
     * @param x [N, C, W] or [C, W]
     */
    public static Tensor adaptiveAveragePool1d(Tensor x, int size) {
        Planes.checkImage("adaptiveAveragePool1d", x, 1);
        return Planes.map(x, 1, planes -> average("adaptiveAveragePool1d", planes, new Spatial(1, size)));
    }

    /**
     * Means of size.height · size.width windows.
     *
     * @param x [N, C, H, W] or [C, H, W]
     */
    public static Tensor adaptiveAveragePool2d(Tensor x, Spatial size) {
        Planes.checkImage("adaptiveAveragePool2d", x, 2);
        return Planes.map(x, 2, planes -> average("adaptiveAveragePool2d", planes, size));
    }

    private static Tensor average(String op, Tensor planes, Spatial size) {
        checkSize(op, planes, size);
        long height = planes.size(2);
        long width = planes.size(3);
        if (isEven(planes, size)) {
            PoolWindow window = even(planes, size).over(op, planes.shape());
            return AveragePools.average(planes, new AveragePools.Averages(window, true, 0));
        }
        return Composite.of(() -> {
            Tensor rows = average(planes, new Cut(3, width, size.width()));
            return average(rows, new Cut(2, height, size.height()));
        });
    }

    static Tensor average(Tensor x, Cut cut) {
        return Dispatcher.call(AVERAGE_CUT, cut, x);
    }

    static Tensor spread(Tensor gradient, Cut cut) {
        return Dispatcher.call(SPREAD_CUT, cut, gradient);
    }

    /**
     * Largest elements of {@code size} windows, and their places as {@link MaxPools#maxPool1dWithIndices} gives them.
     *
     * @param x [N, C, W] or [C, W]
     */
    public static Pooled adaptiveMaxPool1d(Tensor x, int size) {
        Planes.checkImage("adaptiveMaxPool1d", x, 1);
        return maximum("adaptiveMaxPool1d", x, 1, new Spatial(1, size));
    }

    /**
     * Largest elements of size.height · size.width windows, and their places as {@link MaxPools#maxPool2dWithIndices}
     * gives them.
     *
     * @param x [N, C, H, W] or [C, H, W]
     */
    public static Pooled adaptiveMaxPool2d(Tensor x, Spatial size) {
        Planes.checkImage("adaptiveMaxPool2d", x, 2);
        return maximum("adaptiveMaxPool2d", x, 2, size);
    }

    private static Pooled maximum(String op, Tensor x, int spatial, Spatial size) {
        List<Tensor> results = Composite.listOf(() -> maximum(op, Planes.planes(x, spatial), size).stream()
                .map(result -> Planes.restored(result, x, spatial))
                .toList());
        return new Pooled(results.get(0), results.get(1));
    }

    /** Lays windows of unequal sizes out as windows of equal sizes by repeating elements, which no maximum minds. */
    private static List<Tensor> maximum(String op, Tensor planes, Spatial size) {
        checkSize(op, planes, size);
        if (isEven(planes, size)) {
            return MaxPools.pool(op, planes, even(planes, size));
        }
        Cut rows = new Cut(2, planes.size(2), size.height());
        Cut columns = new Cut(3, planes.size(3), size.width());
        Tensor places = places(rows.elements(), columns.elements(), planes.size(3));
        Pooling windows = Pooling.of(new Spatial((int) rows.longest(), (int) columns.longest()));
        List<Tensor> pooled = MaxPools.pool(op, MaxPools.atPlaces(planes, places), windows);
        Shape shape = planes.shape();
        Tensor all = Views.expand(places, shape.size(0), shape.size(1), -1, -1);
        return List.of(pooled.get(0), MaxPools.atPlaces(all, pooled.get(1)));
    }

    /** row · width + column for all rows and columns, as one plane. */
    private static Tensor places(long[] rows, long[] columns, long width) {
        long[] places = new long[rows.length * columns.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = rows[i / columns.length] * width + columns[i % columns.length];
        }
        return Tensor.of(places, 1, 1, rows.length, columns.length);
    }

    /** Windows side by side of one size. */
    private static Pooling even(Tensor planes, Spatial size) {
        int height = Math.toIntExact(planes.size(2) / size.height());
        int width = Math.toIntExact(planes.size(3) / size.width());
        return Pooling.of(new Spatial(height, width));
    }

    /** Whether all windows have one size and lie side by side. */
    private static boolean isEven(Tensor planes, Spatial size) {
        return size.isAtLeast(1) && planes.size(2) % size.height() == 0 && planes.size(3) % size.width() == 0;
    }

    private static void checkSize(String op, Tensor planes, Spatial size) {
        if (!size.isAtLeast(0)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": size=" + size + " input=" + planes.shape()
                    + ", expected sizes >= 0; correct the size");
        }
    }
}
