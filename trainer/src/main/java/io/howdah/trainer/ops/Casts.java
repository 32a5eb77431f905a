// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.Collections;
import java.util.List;

/** Conversion of dtypes. */
public final class Casts {
    static final Op<DType> TO = Op.<DType>named("to", AutocastCategory.KEEP)
            .view((input, dtype) -> input.dtype() == dtype ? input : converted(input, dtype))
            // The engine converts gradients to the dtype of whoever receives them.
            .backward((call, gradient) -> Collections.singletonList(gradient));

    static final List<Op<?>> ALL = List.of(TO);

    private Casts() {}

    /**
     * The tensor with another dtype, rounded to nearest even; the same tensor if it has that dtype already. Gradients
     * flow between floating-point dtypes only.
     */
    public static Tensor to(Tensor input, DType dtype) {
        if (input.dtype() == dtype) {
            return input;
        }
        return dtype.isFloating() ? Dispatcher.call(TO, dtype, input) : converted(input, dtype);
    }

    private static Tensor converted(Tensor input, DType dtype) {
        Tensor result = Tensor.empty(dtype, input.shape());
        Backends.current().convert(input, result);
        return result;
    }
}
