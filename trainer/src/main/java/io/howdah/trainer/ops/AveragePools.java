// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** The mean of every window. */
public final class AveragePools {
    /** [N, C, H, W] to [N, C, P, Q]. */
    static final Op<Averages> AVERAGE_POOL = Op.<Averages>named("averagePool", AutocastCategory.KEEP)
            .forward(call -> {
                Averages averages = call.attributes();
                call.backend()
                        .averagePool(
                                call.input(0),
                                averages.window().window(),
                                averages.countPadding(),
                                averages.divisor(),
                                call.outPlanes(averages.window().result(call.shape())));
            })
            .backward(call ->
                    call.give(0, () -> spread(call.gradient(), call.attributes().sized(call.shape(0)))));

    /** [N, C, P, Q] to [N, C, H, W], every element divided over its window: the transpose of {@link #AVERAGE_POOL}. */
    static final Op<Averages> SPREAD_AVERAGES = Op.<Averages>named("averagePoolGradient", AutocastCategory.KEEP)
            .forward(call -> {
                Averages averages = call.attributes();
                call.backend()
                        .averagePoolGrad(
                                call.input(0),
                                averages.window().window(),
                                averages.countPadding(),
                                averages.divisor(),
                                call.outPlanes(averages.window().result(call.shape())));
            })
            .backward(call -> call.give(
                    0, () -> average(call.gradient(), call.attributes().sized(call.shape(0)))));

    static final List<Op<?>> ALL = List.of(AVERAGE_POOL, SPREAD_AVERAGES);

    /**
     * What windows are divided by.
     *
     * @param countPadding whether padding counts
     * @param divisor number to divide by, or 0 for the number of elements
     */
    record Averages(PoolWindow window, boolean countPadding, int divisor) {
        Averages sized(Shape shape) {
            PoolWindow sized = new PoolWindow(window.window(), shape.size(2), shape.size(3));
            return new Averages(sized, countPadding, divisor);
        }
    }

    /** What the sum of a window is divided by. */
    public record Divisor(boolean countPadding, int fixed) {
        /** Elements of the window, padding included (PyTorch's default). */
        public static final Divisor ALL = new Divisor(true, 0);

        /** Elements of the window that lie inside the input. */
        public static final Divisor INSIDE = new Divisor(false, 0);

        /** A number other than 0 (PyTorch's {@code divisor_override}). */
        public static Divisor of(int number) {
            if (number == 0) {
                throw new IllegalArgumentException("Cannot average: divisor=0, expected another number; correct it");
            }
            return new Divisor(true, number);
        }
    }

    private AveragePools() {}

    /**
     * The mean of every window along the last dimension.
     *
     * @param x [N, C, W] or [C, W]
     * @return [N, C, Q] or [C, Q]
     */
    public static Tensor averagePool1d(Tensor x, Pooling pooling, Divisor divisor) {
        return average("averagePool1d", x, 1, pooling.alongWidth(), divisor);
    }

    /**
     * The mean of every window.
     *
     * @param x [N, C, H, W] or [C, H, W]
     * @return [N, C, P, Q] or [C, P, Q]
     */
    public static Tensor averagePool2d(Tensor x, Pooling pooling, Divisor divisor) {
        return average("averagePool2d", x, 2, pooling, divisor);
    }

    private static Tensor average(String op, Tensor x, int spatial, Pooling pooling, Divisor divisor) {
        Planes.checkImage(op, x, spatial);
        if (!pooling.dilation().equals(Spatial.of(1))) {
            throw new IllegalArgumentException("Cannot compute " + op + ": dilation=" + pooling.dilation()
                    + ", expected 1; averages have no dilation");
        }
        return Planes.map(x, spatial, planes -> {
            PoolWindow window = pooling.over(op, planes.shape());
            return average(planes, new Averages(window, divisor.countPadding(), divisor.fixed()));
        });
    }

    static Tensor average(Tensor planes, Averages averages) {
        return Dispatcher.call(AVERAGE_POOL, averages, planes);
    }

    static Tensor spread(Tensor gradient, Averages averages) {
        return Dispatcher.call(SPREAD_AVERAGES, averages, gradient);
    }
}
