// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** One layer of a plain recurrent network in one direction, with all its steps. */
final class RnnLayer {
    /** Inputs: x, h, W_ih, W_hh, b_ih, b_hh; outputs: those of all steps, and the last h. */
    static final Op<RecurrentPass> RNN =
            RecurrentFormula.layer("rnn", 6).forward(RnnLayer::forward).backward(RnnLayer::backward);

    private RnnLayer() {}

    private static void forward(ForwardCall<RecurrentPass> call) {
        RecurrentPass pass = call.attributes();
        Backend backend = call.backend();
        Sequence sequence = new Sequence(pass, call.input(0), call.input(1));
        Tensor gates = sequence.empty(1);
        try (RecurrentBias bias = RecurrentBias.sum(call)) {
            sequence.project(call.input(0), call.input(2), bias.tensor(), gates);
        }
        Tensor hiddens = sequence.states(call.input(1));
        Tensor weight = Views.swapped(call.input(3));
        try (Tensor product = sequence.emptyStep(1)) {
            for (long step = 0; step < sequence.steps(); step++) {
                long time = sequence.time(step);
                Tensor gate = Sequence.at(gates, time);
                Tensor before = sequence.before(hiddens, time);
                Tensor after = sequence.after(hiddens, time);
                backend.matmul(before, weight, null, product);
                backend.binary(Binary.ADD, gate, product, gate);
                backend.unary(function(pass), 0, 0, gate, after);
                sequence.carry(time, before, after);
            }
        }
        Shape state = call.input(1).shape();
        sequence.copyOutputs(hiddens, call.out(Shape.of(sequence.steps(), state.size(0), state.size(1))));
        sequence.copyLast(hiddens, call.out(state));
        RecurrentFormula.saveInputs(call);
        call.saveInternal(gates);
        call.saveInternal(hiddens);
    }

    private static void backward(BackwardCall<RecurrentPass> call) {
        if (GradMode.isEnabled()) {
            RecurrentFormula.give(call);
            return;
        }
        RecurrentPass pass = call.attributes();
        Backend backend = Backends.current();
        Tensor gates = call.internal(0);
        Tensor hiddens = call.internal(1);
        Sequence sequence = new Sequence(pass, call.input(0), call.input(1));
        Tensor gradOutputs = sequence.outputGradients(call.gradient(0));
        Tensor gradHidden = Contiguous.copy(call.gradient(1));
        Tensor gradGates = sequence.empty(1);
        for (long step = sequence.steps() - 1; step >= 0; step--) {
            long time = sequence.time(step);
            Tensor gradient = Sequence.at(gradOutputs, time);
            Tensor gradGate = Sequence.at(gradGates, time);
            backend.binary(Binary.ADD, gradient, gradHidden, gradient);
            backend.unaryGrad(function(pass), 0, 0, Sequence.at(gates, time), gradient, gradGate);
            sequence.setIdle(time, gradGate, 0);
            backend.matmul(gradGate, call.input(3), null, gradHidden);
            sequence.carry(time, gradient, gradHidden);
        }
        call.give(1, () -> gradHidden);
        RecurrentFormula.giveWeights(call, sequence, gradGates, gradGates, hiddens);
    }

    private static Unary function(RecurrentPass pass) {
        return pass.kind() == RecurrentKind.RNN_RELU ? Unary.RELU : Unary.TANH;
    }
}
