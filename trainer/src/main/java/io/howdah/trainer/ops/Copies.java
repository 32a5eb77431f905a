// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Copies of elements. */
public final class Copies {
    /** The elements in fresh, contiguous memory. */
    static final Op<NoAttributes> CLONE = Op.<NoAttributes>named("clone", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> call.backend().convert(call.input(0), call.out(call.shape())))
            .backward(call -> call.give(0, call::gradient));

    /** Overwrites the first input with the second one. */
    static final Op<NoAttributes> COPY = Op.<NoAttributes>named("copy", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .operands(2)
            .inPlace()
            .forward(call -> call.backend()
                    .convert(Broadcast.expand("copy", call.input(1), call.shape()), call.out(call.shape())))
            .backward(call -> {
                call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0)));
                call.give(1, call::gradient);
            });

    /** Overwrites every element with one number. */
    static final Op<Double> FILL = Op.<Double>named("fill", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .inPlace()
            .overlapping()
            .forward(call -> call.backend().fill(call.out(call.shape()), call.attributes()))
            .backward(call -> call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0))));

    /** The elements of [N, C, …] in fresh memory that is ordered as [N, …, C]. */
    static final Op<NoAttributes> CHANNELS_LAST = Op.<NoAttributes>named("channelsLast", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> {
                Tensor x = call.input(0);
                Tensor out = Tensor.emptyStrided(x.dtype(), x.shape(), x.shape().channelsLastStrides());
                call.backend().convert(x, out);
                call.give(out);
            })
            .backward(call -> call.give(0, call::gradient));

    static final List<Op<?>> ALL = List.of(CLONE, COPY, FILL, CHANNELS_LAST);

    private Copies() {}

    /** The same elements in fresh, contiguous memory. */
    public static Tensor clone(Tensor x) {
        return Dispatcher.call(CLONE, NoAttributes.NONE, x);
    }

    /** The tensor itself if it is contiguous, else a contiguous copy. */
    public static Tensor contiguous(Tensor x) {
        return x.isContiguous() ? x : clone(x);
    }

    /**
     * The same elements with the channels of each place side by side in memory, the tensor itself where they are so. The
     * shape stays. Convolutions, norms, pools and elementwise ops keep this order, in which processors convolve fastest.
     *
     * @param x [N, C, …]
     */
    public static Tensor channelsLast(Tensor x) {
        if (x.shape().rank() < 3) {
            throw new IllegalArgumentException(
                    "Cannot compute channelsLast: input=" + x.shape() + ", expected [N, C, …]; reshape it");
        }
        return x.isChannelsLast() ? x : Dispatcher.call(CHANNELS_LAST, NoAttributes.NONE, x);
    }

    /** target = source, converted and broadcast; returns target. */
    public static Tensor copyInPlace(Tensor target, Tensor source) {
        return Dispatcher.write(COPY, NoAttributes.NONE, target, source);
    }

    /** Every element = value; returns target. */
    public static Tensor fillInPlace(Tensor target, double value) {
        if (target.dtype() == DType.BOOL && value != 0 && value != 1) {
            return Dispatcher.write(FILL, 1.0, target);
        }
        return Dispatcher.write(FILL, value, target);
    }

    /** Every element = 0; returns target. */
    public static Tensor zeroInPlace(Tensor target) {
        return fillInPlace(target, 0);
    }
}
