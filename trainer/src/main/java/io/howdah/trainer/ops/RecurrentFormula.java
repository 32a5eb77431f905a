// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the layers of all kinds of recurrent networks share, and the same made of ops, for recorded gradients. */
final class RecurrentFormula {
    private RecurrentFormula() {}

    /** An op over all steps; 16-bit inputs are computed in float32. */
    static Op.Builder<RecurrentPass> layer(String name, int operands) {
        return Op.<RecurrentPass>named(name, AutocastCategory.LOW)
                .dtypes(EnumSet.of(DType.FLOAT64, DType.FLOAT32))
                .types(Op.Types.SAME)
                .operands(operands);
    }

    static void saveInputs(ForwardCall<RecurrentPass> call) {
        for (int i = 0; i < call.inputs(); i++) {
            call.saveInput(i);
        }
    }

    /**
     * Gives the gradients of the input, the weights and the biases.
     *
     * @param gates gradients of what the input adds to the gates, [T, N, G]
     * @param products gradients of what the state adds to them, [T, N, G]
     * @param hiddens all states
     */
    static void giveWeights(
            BackwardCall<RecurrentPass> call, Sequence sequence, Tensor gates, Tensor products, Tensor hiddens) {
        int weight = call.attributes().weight();
        call.give(0, () -> sequence.inputGradient(gates, call.input(weight), call.shape(0)));
        call.give(weight, () -> {
            try (Contiguous x = Contiguous.of(call.input(0))) {
                return sequence.weightGradient(gates, x.matrix(), call.shape(weight));
            }
        });
        call.give(
                weight + 1,
                () -> sequence.weightGradient(products, sequence.allBefore(hiddens), call.shape(weight + 1)));
        if (call.attributes().biased()) {
            call.give(weight + 2, () -> sequence.biasGradient(gates));
            call.give(weight + 3, () -> sequence.biasGradient(products));
        }
    }

    /** Gives recorded gradients of all inputs. */
    static void give(BackwardCall<RecurrentPass> call) {
        RecurrentPass pass = call.attributes();
        Recomputation.give(call, pass.operands(), inputs -> unrolled(inputs, pass));
    }

    /** The results of a layer, step by step. */
    private static List<Tensor> unrolled(List<Tensor> inputs, RecurrentPass pass) {
        int weight = pass.weight();
        boolean lstm = pass.kind() == RecurrentKind.LSTM;
        Tensor gates =
                Matrices.linear(inputs.get(0), inputs.get(weight), pass.biased() ? inputs.get(weight + 2) : null);
        Tensor h = inputs.get(1);
        Tensor c = lstm ? inputs.get(2) : null;
        int steps = Math.toIntExact(gates.size(0));
        List<Tensor> outputs = new ArrayList<>(java.util.Collections.nCopies(steps, h));
        for (int step = 0; step < steps; step++) {
            int time = pass.reverse() ? steps - 1 - step : step;
            Tensor gate = Views.reshape(Slices.narrow(gates, 0, time, 1), gates.size(1), gates.size(2));
            Tensor product = Matrices.linear(h, inputs.get(weight + 1), pass.biased() ? inputs.get(weight + 3) : null);
            Tensor active = active(pass, time, h.dtype());
            Tensor newH;
            if (c != null) {
                Tensor sum = Arithmetic.add(gate, product);
                Tensor newC = newCell(sum, c);
                newH = Arithmetic.multiply(Functions.sigmoid(part(sum, 3, 4)), Functions.tanh(newC));
                c = mixed(active, newC, c);
            } else {
                newH = pass.kind() == RecurrentKind.GRU ? gru(gate, product, h) : rnn(pass, gate, product);
            }
            h = mixed(active, newH, h);
            outputs.set(time, active == null ? h : Arithmetic.multiply(active, h));
        }
        Tensor all = Joins.stack(outputs, 0);
        return c == null ? List.of(all, h) : List.of(all, h, c);
    }

    private static Tensor newCell(Tensor gates, Tensor c) {
        Tensor candidate = Functions.tanh(part(gates, 2, 4));
        return Arithmetic.add(
                Arithmetic.multiply(Functions.sigmoid(part(gates, 1, 4)), c),
                Arithmetic.multiply(Functions.sigmoid(part(gates, 0, 4)), candidate));
    }

    private static Tensor gru(Tensor gate, Tensor product, Tensor h) {
        Tensor r = Functions.sigmoid(Arithmetic.add(part(gate, 0, 3), part(product, 0, 3)));
        Tensor z = Functions.sigmoid(Arithmetic.add(part(gate, 1, 3), part(product, 1, 3)));
        Tensor n = Functions.tanh(Arithmetic.add(part(gate, 2, 3), Arithmetic.multiply(r, part(product, 2, 3))));
        return Arithmetic.add(n, Arithmetic.multiply(z, Arithmetic.subtract(h, n)));
    }

    private static Tensor rnn(RecurrentPass pass, Tensor gate, Tensor product) {
        Tensor sum = Arithmetic.add(gate, product);
        return pass.kind() == RecurrentKind.RNN_RELU ? Activations.relu(sum) : Functions.tanh(sum);
    }

    private static Tensor part(Tensor gates, int index, int count) {
        long width = gates.size(1) / count;
        return Slices.narrow(gates, 1, index * width, width);
    }

    /** 1 for the sequences that have a step at this time and 0 for others, [N, 1]; null if all have. */
    private static @Nullable Tensor active(RecurrentPass pass, int time, DType dtype) {
        long[] lengths = pass.lengths();
        if (lengths == null) {
            return null;
        }
        double[] flags = new double[lengths.length];
        for (int n = 0; n < flags.length; n++) {
            flags[n] = time < lengths[n] ? 1 : 0;
        }
        return Casts.to(Tensor.of(flags, flags.length, 1), dtype);
    }

    private static Tensor mixed(@Nullable Tensor active, Tensor after, Tensor before) {
        return active == null
                ? after
                : Arithmetic.add(before, Arithmetic.multiply(active, Arithmetic.subtract(after, before)));
    }
}
