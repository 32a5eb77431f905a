// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** The largest element of every window; the gradient goes to the first of equals, and NaN wins. */
public final class MaxPools {
    /** [N, C, H, W] to the maxima and their places, [N, C, P, Q] both. */
    static final Op<PoolWindow> MAX_POOL = Op.<PoolWindow>named("maxPool", AutocastCategory.KEEP)
            .forward(call -> {
                Shape shape = call.attributes().result(call.shape());
                Tensor out = call.outPlanes(shape);
                Tensor places = call.outPlanes(DType.INT64, shape);
                call.backend().maxPool(call.input(0), call.attributes().window(), out, places);
                call.saveOutput(1);
            })
            .backward(call ->
                    call.give(0, () -> toPlaces(call.gradient(), call.output(1).detached(), call.shape(0))));

    /** Adds elements up at their places in planes of zeros: the transpose of {@link #AT_PLACES}. */
    static final Op<Shape> TO_PLACES = Op.<Shape>named("maxPoolGradient", AutocastCategory.KEEP)
            .forward(call -> {
                call.saveInput(1);
                Tensor places = Broadcast.expand("maxPoolGradient", call.input(1), call.shape());
                call.backend().maxPoolGrad(call.input(0), places, call.outPlanes(call.attributes()));
            })
            .backward(call -> call.give(0, () -> atPlaces(call.gradient(), call.input(1))));

    /** The elements of planes [N, C, H, W] at places [N, C, P, Q], or the same [1, 1, P, Q] in all planes. */
    static final Op<NoAttributes> AT_PLACES = Op.<NoAttributes>named("atPlaces", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .forward(call -> {
                Shape planes = call.shape();
                Shape places = call.input(1).shape();
                Tensor out = call.out(Shape.of(planes.size(0), planes.size(1), places.size(2), places.size(3)));
                call.saveInput(1);
                try (Contiguous in = Contiguous.of(call.input(0));
                        Contiguous index = Contiguous.of(call.input(1))) {
                    Shape flat = Shape.of(planes.size(0), planes.size(1), places.size(2) * places.size(3));
                    Tensor stretched = Broadcast.expand("atPlaces", flat(index.tensor()), flat);
                    call.backend().gather(flat(in.tensor()), 2, stretched, out.reshaped(flat));
                }
            })
            .backward(call -> call.give(0, () -> toPlaces(call.gradient(), call.input(1), call.shape(0))));

    static final List<Op<?>> ALL = List.of(MAX_POOL, TO_PLACES, AT_PLACES);

    /**
     * Maxima and where they were.
     *
     * @param indices int64, shape of {@code values}: w in one dimension, h·W + w in two
     */
    public record Pooled(Tensor values, Tensor indices) {}

    private MaxPools() {}

    /**
     * The largest element of every window along the last dimension.
     *
     * @param x [N, C, W] or [C, W]
     * @return [N, C, Q] or [C, Q]
     */
    public static Tensor maxPool1d(Tensor x, Pooling pooling) {
        Planes.checkImage("maxPool1d", x, 1);
        return Planes.map(
                x, 1, planes -> pool("maxPool1d", planes, pooling.alongWidth()).get(0));
    }

    /**
     * The largest element of every window.
     *
     * @param x [N, C, H, W] or [C, H, W]
     * @return [N, C, P, Q] or [C, P, Q]
     */
    public static Tensor maxPool2d(Tensor x, Pooling pooling) {
        Planes.checkImage("maxPool2d", x, 2);
        return Composite.of(() ->
                Planes.map(x, 2, planes -> pool("maxPool2d", planes, pooling).get(0)));
    }

    /** {@link #maxPool1d}, and where the maxima were. */
    public static Pooled maxPool1dWithIndices(Tensor x, Pooling pooling) {
        Planes.checkImage("maxPool1d", x, 1);
        return withIndices("maxPool1d", x, 1, pooling.alongWidth());
    }

    /** {@link #maxPool2d}, and where the maxima were. */
    public static Pooled maxPool2dWithIndices(Tensor x, Pooling pooling) {
        Planes.checkImage("maxPool2d", x, 2);
        return withIndices("maxPool2d", x, 2, pooling);
    }

    private static Pooled withIndices(String op, Tensor x, int spatial, Pooling pooling) {
        List<Tensor> results = Composite.listOf(() -> pool(op, Planes.planes(x, spatial), pooling).stream()
                .map(result -> Planes.restored(result, x, spatial))
                .toList());
        return new Pooled(results.get(0), results.get(1));
    }

    /** Maxima and places for planes [N, C, H, W]. */
    static List<Tensor> pool(String op, Tensor planes, Pooling pooling) {
        return Dispatcher.callAll(MAX_POOL, pooling.over(op, planes.shape()), planes);
    }

    static Tensor toPlaces(Tensor x, Tensor places, Shape planes) {
        return Dispatcher.call(TO_PLACES, planes, x, places);
    }

    static Tensor atPlaces(Tensor planes, Tensor places) {
        return Dispatcher.call(AT_PLACES, NoAttributes.NONE, planes, places);
    }

    private static Tensor flat(Tensor planes) {
        Shape shape = planes.shape();
        return planes.reshaped(Shape.of(shape.size(0), shape.size(1), shape.size(2) * shape.size(3)));
    }
}
