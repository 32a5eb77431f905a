// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Conversion of dtypes. */
public final class Casts {
    static final Op<DType> TO = Op.<DType>named("to", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(Casts::convert)
            .backward(call -> call.give(0, () -> to(call.gradient(), call.dtype(0))));

    static final List<Op<?>> ALL = List.of(TO);

    private Casts() {}

    private static void convert(ForwardCall<DType> call) {
        Tensor x = call.input(0);
        Tensor out = call.outAlike(call.attributes(), x);
        // Weights that came in the wanted dtype need no way there and back.
        Tensor twin = x.twin(call.attributes());
        call.backend().convert(twin == null ? x : twin, out);
    }

    /**
     * The tensor with another dtype; the same tensor if it has that dtype already. Floats round to nearest even, floats
     * to integers truncate, bool is whether a number is not 0. Gradients flow between floating-point dtypes only.
     */
    public static Tensor to(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : Dispatcher.call(TO, dtype, x);
    }
}
