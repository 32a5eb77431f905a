// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.ViewKind;
import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Views with any shape, strides and offset, and what the gradients of views need. */
public final class StridedViews {
    /** A view of memory; its gradient adds up where elements of the view share memory. */
    static final Op<Window> AS_STRIDED = Op.<Window>named("asStrided", AutocastCategory.KEEP)
            .view(ViewKind.SINGLE, (input, window) ->
                    new Tensor[] {window.view().in(input)})
            .backward(call -> call.give(0, () -> gradient(call.gradient(), call.attributes())));

    /** Adds elements up in a tensor of zeros at the places of a view: the transpose of every view. */
    static final Op<Target> STRIDED_SUM = Op.<Target>named("stridedSum", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(StridedViews::stridedSum)
            .backward(call ->
                    call.give(0, () -> within(call.gradient(), call.attributes().view())));

    /** A copy of a contiguous base in which the elements of a view are replaced. */
    static final Op<Layout> AS_STRIDED_SCATTER = Op.<Layout>named("asStridedScatter", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.SAME)
            .operands(2)
            .forward(call -> {
                Tensor slice = call.attributes().in(call.outFromInput());
                Overlap.checkTarget("asStridedScatter", slice);
                call.backend().convert(Broadcast.expand("asStridedScatter", call.input(1), slice.shape()), slice);
            })
            .backward(call -> {
                Layout view = call.attributes();
                call.give(0, () -> {
                    Tensor zeros = Tensor.zeros(call.dtype(1), view.shape());
                    return asStridedScatter(call.gradient(), zeros, view.strides(), view.offset());
                });
                call.give(1, () -> within(call.gradient(), view));
            });

    static final List<Op<?>> ALL = List.of(AS_STRIDED, STRIDED_SUM, AS_STRIDED_SCATTER);

    /**
     * A view of memory.
     *
     * @param base how the elements of the tensor lie that was used to get at the memory
     * @param view how the elements of the view lie, seen from that tensor's first element
     */
    record Window(Layout base, Layout view) {}

    /**
     * Where elements are added up.
     *
     * @param base shape of the contiguous result
     * @param view places of the addends
     */
    record Target(Shape base, Layout view) {}

    private StridedViews() {}

    /**
     * A view of the memory of {@code base}.
     *
     * @param strides in elements, none below 0
     * @param offset in elements, from the first element of {@code base}
     */
    public static Tensor asStrided(Tensor base, Shape shape, long[] strides, long offset) {
        Layout view = new Layout(shape, strides.clone(), offset);
        return Dispatcher.view(AS_STRIDED, new Window(Layout.of(base), view), base);
    }

    /** A copy of {@code base}, made contiguous, whose elements at the places of such a view are those of {@code source}. */
    public static Tensor asStridedScatter(Tensor base, Tensor source, long[] strides, long offset) {
        Layout view = new Layout(source.shape(), strides.clone(), offset);
        return Dispatcher.call(AS_STRIDED_SCATTER, view, Copies.contiguous(base), source);
    }

    /** The tensor of zeros of shape {@code base} to which the elements of {@code x} are added at the places of a view. */
    static Tensor spread(Tensor x, Shape base, Layout view) {
        return Dispatcher.call(STRIDED_SUM, new Target(base, view), x);
    }

    private static Tensor within(Tensor base, Layout view) {
        return asStrided(Copies.contiguous(base), view.shape(), view.strides(), view.offset());
    }

    /** The gradient goes by memory: it is added up there, and then read as the base lies. */
    private static Tensor gradient(Tensor gradient, Window window) {
        Layout base = window.base();
        Layout view = window.view();
        if (base.isContiguous() && view.offset() >= 0 && view.end() <= base.end()) {
            return spread(gradient, base.shape(), view);
        }
        long first = Math.min(0, view.offset());
        Shape memory = Shape.of(Math.max(base.end(), view.end()) - first);
        Tensor sums = spread(gradient, memory, view.shifted(-first));
        Layout place = base.shifted(-first);
        if (Overlap.isOverlapping(place.shape(), place.strides())) {
            Tensor ones = Creation.ones(gradient.dtype(), base.shape().sizes());
            sums = Arithmetic.divide(sums, spread(ones, memory, place));
        }
        return within(sums, place);
    }

    private static void stridedSum(ForwardCall<Target> call) {
        Layout view = call.attributes().view();
        Tensor out = call.out(call.attributes().base());
        long elements = call.shape().elements();
        if (elements == out.elements() && view.isContiguous()) {
            call.backend().convert(call.input(0), view.in(out));
            return;
        }
        call.backend().fill(out, 0);
        if (elements == 0) {
            return;
        }
        Tensor slice = view.in(out);
        if (!Overlap.isOverlapping(view.shape(), view.strides())) {
            call.backend().convert(call.input(0), slice);
            return;
        }
        Shape flat = Shape.of(elements);
        try (Contiguous source = Contiguous.of(call.input(0));
                Tensor places = places(view)) {
            Tensor memory = out.reshaped(Shape.of(out.elements()));
            call.backend()
                    .scatter(Scatter.ADD, memory, 0, places, source.tensor().reshaped(flat));
        }
    }

    /** The flat index in the base of every element of the view. */
    private static Tensor places(Layout view) {
        Shape shape = view.shape();
        Tensor places = Tensor.empty(DType.INT64, Shape.of(shape.elements()));
        long[] index = new long[shape.rank()];
        long place = view.offset();
        for (long i = 0; i < shape.elements(); i++) {
            Memory.putLong(places.address() + i * Long.BYTES, place);
            for (int d = index.length - 1; d >= 0; d--) {
                place += view.strides()[d];
                if (++index[d] < shape.size(d)) {
                    break;
                }
                place -= view.strides()[d] * index[d];
                index[d] = 0;
            }
        }
        return places;
    }
}
