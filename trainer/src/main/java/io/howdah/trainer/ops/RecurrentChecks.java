// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses inputs of recurrent networks that do not fit together. */
final class RecurrentChecks {
    private RecurrentChecks() {}

    static void input(RecurrentKind kind, Tensor x, List<Recurrent.Weights> weights, RecurrentOptions options) {
        int rank = x.shape().rank();
        int directions = options.bidirectional() ? 2 : 1;
        if (rank != 2 && rank != 3 || x.elements() == 0 && x.size(rank == 3 && options.batchFirst() ? 1 : 0) == 0) {
            throw new IllegalArgumentException("Cannot compute " + name(kind) + ": x=" + x.shape()
                    + ", expected [T, N, I], [N, T, I] with batch first, or [T, I], with T above 0; reshape it");
        }
        if (weights.isEmpty() || weights.size() % directions != 0) {
            throw new IllegalArgumentException("Cannot compute " + name(kind) + ": weights=" + weights.size()
                    + ", expected " + directions + " per layer; pass those of all layers and directions");
        }
        long hidden = weights.get(0).hidden().size(-1);
        for (int i = 0; i < weights.size(); i++) {
            long width = i < directions ? x.size(-1) : directions * hidden;
            weights(kind, weights.get(i), width, hidden);
        }
        lengths(kind, x, options);
    }

    static void step(RecurrentKind kind, Tensor x, Recurrent.State state, Recurrent.Weights weights) {
        int rank = x.shape().rank();
        if (rank != 1 && rank != 2) {
            throw new IllegalArgumentException(
                    "Cannot compute " + name(kind) + " step: x=" + x.shape() + ", expected [N, I] or [I]; reshape it");
        }
        long hidden = weights.hidden().size(-1);
        weights(kind, weights, x.size(-1), hidden);
        Shape expected = rank == 1 ? Shape.of(hidden) : Shape.of(x.size(0), hidden);
        state(kind, state.hidden(), expected);
        cell(kind, state.cell(), expected);
    }

    static void state(RecurrentKind kind, Recurrent.State state, long count, long batch, long hidden) {
        Shape expected = Shape.of(count, batch, hidden);
        state(kind, state.hidden(), expected);
        cell(kind, state.cell(), expected);
    }

    private static void cell(RecurrentKind kind, @Nullable Tensor cell, Shape expected) {
        if ((cell != null) != (kind == RecurrentKind.LSTM)) {
            throw new IllegalArgumentException("Cannot compute " + name(kind) + ": cell=" + cell
                    + ", expected one for an LSTM alone; correct the state");
        }
        if (cell != null) {
            state(kind, cell, expected);
        }
    }

    private static void state(RecurrentKind kind, Tensor state, Shape expected) {
        if (!state.shape().equals(expected)) {
            throw new IllegalArgumentException("Cannot compute " + name(kind) + ": state=" + state.shape()
                    + ", expected " + expected + "; correct the initial state");
        }
    }

    private static void weights(RecurrentKind kind, Recurrent.Weights weights, long width, long hidden) {
        Shape bias = Shape.of(kind.gates() * hidden);
        boolean fits = weights.input().shape().equals(Shape.of(kind.gates() * hidden, width))
                && weights.hidden().shape().equals(Shape.of(kind.gates() * hidden, hidden))
                && fits(weights.inputBias(), bias)
                && fits(weights.hiddenBias(), bias);
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute " + name(kind) + ": weights=" + weights + ", expected ["
                    + kind.gates() * hidden + ", " + width + "], [" + kind.gates() * hidden + ", " + hidden
                    + "] and biases " + bias + "; correct the weights or the input's width");
        }
    }

    private static boolean fits(@Nullable Tensor bias, Shape shape) {
        return bias == null || bias.shape().equals(shape);
    }

    private static void lengths(RecurrentKind kind, Tensor x, RecurrentOptions options) {
        long[] lengths = options.lengths();
        if (lengths == null) {
            return;
        }
        boolean single = x.shape().rank() == 2;
        long batch = single ? 1 : x.size(options.batchFirst() ? 0 : 1);
        long steps = x.size(options.batchFirst() && !single ? 1 : 0);
        if (lengths.length != batch || Arrays.stream(lengths).anyMatch(length -> length < 1 || length > steps)) {
            throw new IllegalArgumentException("Cannot compute " + name(kind) + ": lengths=" + Arrays.toString(lengths)
                    + ", expected " + batch + " from 1 to " + steps + "; correct the lengths");
        }
    }

    private static String name(RecurrentKind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
