// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recurrent networks over whole sequences, and single steps of them; gates and weights are laid out as in PyTorch. */
public final class Recurrent {
    static final List<Op<?>> ALL = List.of(RnnLayer.RNN, LstmLayer.LSTM, GruLayer.GRU);

    /**
     * Parameters of one layer in one direction, for G gates.
     *
     * @param input W_ih, [G·H, I]
     * @param hidden W_hh, [G·H, H]
     * @param inputBias b_ih, [G·H], or null
     * @param hiddenBias b_hh, [G·H]; null where {@code inputBias} is
     */
    public record Weights(
            Tensor input,
            Tensor hidden,
            @Nullable Tensor inputBias,
            @Nullable Tensor hiddenBias) {
        public Weights {
            if ((inputBias == null) != (hiddenBias == null)) {
                throw new IllegalArgumentException("Cannot make recurrent weights: inputBias=" + inputBias
                        + " hiddenBias=" + hiddenBias + ", expected both or none; add the other one");
            }
        }
    }

    /**
     * What goes from step to step.
     *
     * @param hidden h
     * @param cell c of an LSTM, else null
     */
    public record State(Tensor hidden, @Nullable Tensor cell) {}

    /**
     * @param output h after each step, of the last layer; zeros behind the end of shorter sequences
     * @param last the states after the last step of each sequence, [layers · directions, N, H]
     */
    public record Result(Tensor output, State last) {}

    private Recurrent() {}

    /**
     * Runs all layers over all steps.
     *
     * @param x [T, N, I], [N, T, I] where the options say batch first, or [T, I] for one sequence alone
     * @param initial [layers · directions, N, H] each, without N for one sequence alone; null for zeros
     * @param weights layer by layer, forward before backward
     * @return output of the layout of x with directions · H in place of I
     */
    public static Result run(
            RecurrentKind kind, Tensor x, @Nullable State initial, List<Weights> weights, RecurrentOptions options) {
        boolean single = x.shape().rank() == 2;
        RecurrentChecks.input(kind, x, weights, options);
        List<Tensor> results = Composite.listOf(() -> {
            Tensor steps = single ? unsqueezed(x, 1) : options.batchFirst() ? Views.transpose(x, 0, 1) : x;
            int count = weights.size();
            State start = initial == null ? zeros(kind, steps, count, weights.get(0)) : batched(initial, single);
            RecurrentChecks.state(
                    kind, start, count, steps.size(1), weights.get(0).hidden().size(1));
            Ends ends = new Ends(new ArrayList<>(), new ArrayList<>());
            Tensor output = layers(kind, steps, start, weights, options, ends);
            output = single ? squeezed(output, 1) : options.batchFirst() ? Views.transpose(output, 0, 1) : output;
            List<Tensor> all = new ArrayList<>(List.of(output, stacked(ends.hiddens(), single)));
            if (!ends.cells().isEmpty()) {
                all.add(stacked(ends.cells(), single));
            }
            return all;
        });
        return new Result(results.get(0), new State(results.get(1), results.size() > 2 ? results.get(2) : null));
    }

    /**
     * One step.
     *
     * @param x [N, I] or [I]
     * @param state [N, H] each, or [H]
     * @return the new state
     */
    public static State step(RecurrentKind kind, Tensor x, State state, Weights weights) {
        boolean single = x.shape().rank() == 1;
        RecurrentPass pass = new RecurrentPass(kind, false, weights.inputBias() != null, null);
        RecurrentChecks.step(kind, x, state, weights);
        List<Tensor> results = Composite.listOf(() -> {
            Tensor input = Views.reshape(x, 1, single ? 1 : x.size(0), x.size(-1));
            Tensor cell = state.cell();
            State start = single
                    ? new State(unsqueezed(state.hidden(), 0), cell == null ? null : unsqueezed(cell, 0))
                    : state;
            List<Tensor> all = layer(pass, input, start, weights);
            return all.subList(1, all.size()).stream()
                    .map(result -> single ? squeezed(result, 0) : result)
                    .toList();
        });
        return new State(results.get(0), results.size() > 1 ? results.get(1) : null);
    }

    /** The last states of the layers so far. */
    private record Ends(List<Tensor> hiddens, List<Tensor> cells) {}

    private static Tensor layers(
            RecurrentKind kind, Tensor x, State initial, List<Weights> weights, RecurrentOptions options, Ends ends) {
        int directions = options.bidirectional() ? 2 : 1;
        Tensor input = x;
        for (int first = 0; first < weights.size(); first += directions) {
            if (first > 0) {
                input = Dropouts.dropout(input, options.dropout(), options.training());
            }
            List<Tensor> outputs = new ArrayList<>();
            for (int d = 0; d < directions; d++) {
                int index = first + d;
                Weights own = weights.get(index);
                RecurrentPass pass = new RecurrentPass(kind, d == 1, own.inputBias() != null, options.lengths());
                Tensor cell = initial.cell();
                State start = new State(selected(initial.hidden(), index), cell == null ? null : selected(cell, index));
                List<Tensor> results = layer(pass, input, start, own);
                outputs.add(results.get(0));
                ends.hiddens().add(results.get(1));
                ends.cells().addAll(results.subList(2, results.size()));
            }
            input = directions == 1 ? outputs.get(0) : Joins.cat(outputs, 2);
        }
        return input;
    }

    private static List<Tensor> layer(RecurrentPass pass, Tensor x, State start, Weights weights) {
        List<Tensor> inputs = new ArrayList<>(List.of(x, start.hidden()));
        if (start.cell() != null) {
            inputs.add(start.cell());
        }
        inputs.add(weights.input());
        inputs.add(weights.hidden());
        if (weights.inputBias() != null && weights.hiddenBias() != null) {
            inputs.add(weights.inputBias());
            inputs.add(weights.hiddenBias());
        }
        Op<RecurrentPass> op =
                switch (pass.kind()) {
                    case LSTM -> LstmLayer.LSTM;
                    case GRU -> GruLayer.GRU;
                    case RNN_TANH, RNN_RELU -> RnnLayer.RNN;
                };
        return Dispatcher.callAll(op, pass, inputs.toArray(Tensor[]::new));
    }

    private static State zeros(RecurrentKind kind, Tensor x, int count, Weights weights) {
        Shape shape = Shape.of(count, x.size(1), weights.hidden().size(1));
        Tensor hidden = Tensor.zeros(x.dtype(), shape);
        return new State(hidden, kind == RecurrentKind.LSTM ? Tensor.zeros(x.dtype(), shape) : null);
    }

    private static State batched(State state, boolean single) {
        Tensor cell = state.cell();
        return single ? new State(unsqueezed(state.hidden(), 1), cell == null ? null : unsqueezed(cell, 1)) : state;
    }

    private static Tensor stacked(List<Tensor> states, boolean single) {
        Tensor stacked = Joins.stack(states, 0);
        return single ? squeezed(stacked, 1) : stacked;
    }

    private static Tensor selected(Tensor states, int index) {
        return squeezed(Slices.narrow(states, 0, index, 1), 0);
    }

    private static Tensor unsqueezed(Tensor x, int dimension) {
        long[] sizes = new long[x.shape().rank() + 1];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = d == dimension ? 1 : x.size(d < dimension ? d : d - 1);
        }
        return Views.reshape(x, sizes);
    }

    private static Tensor squeezed(Tensor x, int dimension) {
        long[] sizes = new long[x.shape().rank() - 1];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = x.size(d < dimension ? d : d + 1);
        }
        return Views.reshape(x, sizes);
    }
}
