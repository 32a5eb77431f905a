// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * One call of an op on which the conformance test tries it.
 *
 * @param shapes shapes of the operands, which are filled with random numbers
 * @param low smallest operand element
 * @param high largest operand element
 * @param epsilon step of the differences that its gradients are compared with
 * @param call the op as users call it, on the operands; other inputs are its own
 */
record Sample(List<Shape> shapes, double low, double high, double epsilon, Function<List<Tensor>, Tensor> call) {

    /** Operands between −1 and 2. */
    static Sample of(Function<List<Tensor>, Tensor> call, Shape... shapes) {
        return new Sample(List.of(shapes), -1, 2, 1e-6, call);
    }

    /** Other operands. */
    Sample between(double newLow, double newHigh) {
        return new Sample(shapes, newLow, newHigh, epsilon, call);
    }

    /** Another step. */
    Sample step(double newEpsilon) {
        return new Sample(shapes, low, high, newEpsilon, call);
    }

    static Shape shape(long... sizes) {
        return Shape.of(sizes);
    }
}
