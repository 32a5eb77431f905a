// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a recurrent layer goes through T steps of N sequences with states of width H. The states of all
 * steps lie in one tensor [T + 1, N, H] in the order of time, the initial one before or, in reverse, behind them.
 *
 * <p>Sequences may be shorter than T: in steps from their length on they are idle, keep their state and give zeros.
 */
final class Sequence {
    private final Backend backend = Backends.current();
    private final RecurrentPass pass;
    private final DType dtype;
    private final long steps;
    private final long batch;
    private final long width;

    /**
     * @param x [T, N, I]
     * @param initial [N, H]
     */
    Sequence(RecurrentPass pass, Tensor x, Tensor initial) {
        this.pass = pass;
        this.dtype = initial.dtype();
        this.steps = x.size(0);
        this.batch = x.size(1);
        this.width = initial.size(1);
    }

    long steps() {
        return steps;
    }

    /** The point in time of the n-th step. */
    long time(long step) {
        return pass.reverse() ? steps - 1 - step : step;
    }

    /** [T, N, count · H]. */
    Tensor empty(int count) {
        return Tensor.empty(dtype, Shape.of(steps, batch, count * width));
    }

    /** One step of {@link #empty}. */
    Tensor emptyStep(int count) {
        return Tensor.empty(dtype, Shape.of(batch, count * width));
    }

    /** All states, of which the initial one is set. */
    Tensor states(Tensor initial) {
        Tensor states = Tensor.empty(dtype, Shape.of(steps + 1, batch, width));
        backend.convert(initial, at(states, pass.reverse() ? steps : 0));
        return states;
    }

    /** The state that a step starts from. */
    Tensor before(Tensor states, long time) {
        return at(states, pass.reverse() ? time + 1 : time);
    }

    /** The state that a step ends in. */
    Tensor after(Tensor states, long time) {
        return at(states, pass.reverse() ? time : time + 1);
    }

    /** The state after all steps, in memory of its own. */
    void copyLast(Tensor states, Tensor out) {
        backend.convert(at(states, pass.reverse() ? 0 : steps), out);
    }

    /** The states after each step, with zeros where sequences are idle. */
    void copyOutputs(Tensor states, Tensor out) {
        backend.convert(range(states, pass.reverse() ? 0 : 1), out);
        blankIdle(out);
    }

    /** The states before each step as a matrix [T · N, H]. */
    Tensor allBefore(Tensor states) {
        return matrix(range(states, pass.reverse() ? 1 : 0));
    }

    /** A copy of the gradient of the outputs with zeros where sequences are idle. */
    Tensor outputGradients(Tensor gradient) {
        Tensor copy = Contiguous.copy(gradient);
        blankIdle(copy);
        return copy;
    }

    /** One step of a tensor [T, N, …]. */
    static Tensor at(Tensor all, long time) {
        long[] strides = {all.stride(1), all.stride(2)};
        return all.subview(Shape.of(all.size(1), all.size(2)), strides, time * all.stride(0));
    }

    /** [T, N, D] as [T · N, D]. */
    static Tensor matrix(Tensor all) {
        return all.reshaped(Contiguous.matrixShape(all.shape()));
    }

    /** Calls with the number of each sequence that is idle at a time. */
    void forEachIdle(long time, LongConsumer action) {
        long[] lengths = pass.lengths();
        for (int n = 0; lengths != null && n < lengths.length; n++) {
            if (time >= lengths[n]) {
                action.accept(n);
            }
        }
    }

    /** Copies the rows of sequences that are idle at a time. */
    void carry(long time, Tensor from, Tensor to) {
        forEachIdle(time, n -> backend.convert(Lookup.row(from, n), Lookup.row(to, n)));
    }

    /** Sets the n-th of the gates [N, G · H] to values[n] where sequences are idle. */
    void setIdle(long time, Tensor gates, double... values) {
        forEachIdle(time, n -> {
            for (int g = 0; g < values.length; g++) {
                Shape shape = Shape.of(width);
                backend.fill(gates.subview(shape, new long[] {1}, n * gates.stride(0) + g * width), values[g]);
            }
        });
    }

    /** out = x · Wᵀ + biases, [T, N, G]. */
    void project(Tensor x, Tensor weight, @Nullable Tensor bias, Tensor out) {
        try (Contiguous input = Contiguous.of(x)) {
            backend.matmul(input.matrix(), Views.swapped(weight), bias, matrix(out));
        }
    }

    /** gradient · W, of the shape of the input. */
    Tensor inputGradient(Tensor gradient, Tensor weight, Shape shape) {
        Tensor result = Tensor.empty(dtype, shape);
        backend.matmul(matrix(gradient), weight, null, matrix(result));
        return result;
    }

    /** gradientᵀ · rows, of the shape of a weight. */
    Tensor weightGradient(Tensor gradient, Tensor rows, Shape shape) {
        Tensor result = Tensor.empty(dtype, shape);
        backend.matmul(Views.swapped(matrix(gradient)), rows, null, result);
        return result;
    }

    /** Sum over steps and sequences. */
    Tensor biasGradient(Tensor gradient) {
        Tensor result = Tensor.empty(dtype, Shape.of(gradient.size(2)));
        backend.reduce(Reduction.SUM, matrix(gradient), result.reshaped(Shape.of(1, gradient.size(2))));
        return result;
    }

    private void blankIdle(Tensor all) {
        long[] lengths = pass.lengths();
        for (int n = 0; lengths != null && n < lengths.length; n++) {
            if (lengths[n] < steps) {
                long[] strides = {all.stride(0), all.stride(2)};
                long offset = lengths[n] * all.stride(0) + n * all.stride(1);
                backend.fill(all.subview(Shape.of(steps - lengths[n], all.size(2)), strides, offset), 0);
            }
        }
    }

    private Tensor range(Tensor states, long first) {
        return states.subview(Shape.of(steps, batch, width), states.strides(), first * states.stride(0));
    }
}
