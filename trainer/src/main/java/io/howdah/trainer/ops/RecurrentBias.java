// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The sum of both biases of a recurrent layer, freed on close; null where it has none. */
record RecurrentBias(@Nullable Tensor tensor) implements AutoCloseable {
    static RecurrentBias sum(ForwardCall<RecurrentPass> call) {
        if (!call.attributes().biased()) {
            return new RecurrentBias(null);
        }
        int first = call.attributes().weight() + 2;
        Tensor sum = Tensor.empty(call.dtype(), call.input(first).shape());
        call.backend().binary(Binary.ADD, call.input(first), call.input(first + 1), sum);
        return new RecurrentBias(sum);
    }

    @Override
    public void close() {
        if (tensor != null) {
            tensor.close();
        }
    }
}
