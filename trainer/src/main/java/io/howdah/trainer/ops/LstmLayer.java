// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** One layer of an LSTM in one direction, with all its steps: the input's part of the gates is one product. */
final class LstmLayer {
    /** Inputs: x, h, c, W_ih, W_hh, b_ih, b_hh; outputs: those of all steps, and the last h and c. */
    static final Op<RecurrentPass> LSTM =
            RecurrentFormula.layer("lstm", 7).forward(LstmLayer::forward).backward(LstmLayer::backward);

    private LstmLayer() {}

    private static void forward(ForwardCall<RecurrentPass> call) {
        RecurrentPass pass = call.attributes();
        Backend backend = call.backend();
        Sequence sequence = new Sequence(pass, call.input(0), call.input(1));
        Tensor gates = sequence.empty(4);
        try (RecurrentBias bias = RecurrentBias.sum(call)) {
            sequence.project(call.input(0), call.input(3), bias.tensor(), gates);
        }
        Tensor hiddens = sequence.states(call.input(1));
        Tensor cells = sequence.states(call.input(2));
        Tensor weight = Views.swapped(call.input(4));
        try (Tensor product = sequence.emptyStep(4)) {
            for (long step = 0; step < sequence.steps(); step++) {
                long time = sequence.time(step);
                Tensor gate = Sequence.at(gates, time);
                Tensor hidden = sequence.after(hiddens, time);
                Tensor cell = sequence.after(cells, time);
                backend.matmul(sequence.before(hiddens, time), weight, null, product);
                backend.lstmCell(gate, product, sequence.before(cells, time), cell, hidden);
                sequence.carry(time, sequence.before(hiddens, time), hidden);
                sequence.carry(time, sequence.before(cells, time), cell);
                // Gates under which the gradient of the cell passes and nothing else does.
                sequence.setIdle(time, gate, 0, 1, 0, 0);
            }
        }
        Shape state = call.input(1).shape();
        sequence.copyOutputs(hiddens, call.out(Shape.of(sequence.steps(), state.size(0), state.size(1))));
        sequence.copyLast(hiddens, call.out(state));
        sequence.copyLast(cells, call.out(state));
        RecurrentFormula.saveInputs(call);
        call.saveInternal(gates);
        call.saveInternal(hiddens);
        call.saveInternal(cells);
    }

    private static void backward(BackwardCall<RecurrentPass> call) {
        if (GradMode.isEnabled()) {
            RecurrentFormula.give(call);
            return;
        }
        Backend backend = Backends.current();
        Tensor gates = call.internal(0);
        Tensor hiddens = call.internal(1);
        Tensor cells = call.internal(2);
        Sequence sequence = new Sequence(call.attributes(), call.input(0), call.input(1));
        Tensor gradOutputs = sequence.outputGradients(call.gradient(0));
        Tensor gradHidden = Contiguous.copy(call.gradient(1));
        Tensor gradCell = Contiguous.copy(call.gradient(2));
        Tensor gradGates = sequence.empty(4);
        for (long step = sequence.steps() - 1; step >= 0; step--) {
            long time = sequence.time(step);
            Tensor gradient = Sequence.at(gradOutputs, time);
            Tensor gradGate = Sequence.at(gradGates, time);
            backend.binary(Binary.ADD, gradient, gradHidden, gradient);
            backend.lstmCellGrad(
                    Sequence.at(gates, time),
                    sequence.before(cells, time),
                    sequence.after(cells, time),
                    gradient,
                    gradCell,
                    gradGate);
            backend.matmul(gradGate, call.input(4), null, gradHidden);
            sequence.carry(time, gradient, gradHidden);
        }
        call.give(1, () -> gradHidden);
        call.give(2, () -> gradCell);
        RecurrentFormula.giveWeights(call, sequence, gradGates, gradGates, hiddens);
    }
}
