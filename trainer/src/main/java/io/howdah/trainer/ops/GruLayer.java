// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** One layer of a GRU in one direction, with all its steps: the input's part of the gates is one product. */
final class GruLayer {
    /** Inputs: x, h, W_ih, W_hh, b_ih, b_hh; outputs: those of all steps, and the last h. */
    static final Op<RecurrentPass> GRU =
            RecurrentFormula.layer("gru", 6).forward(GruLayer::forward).backward(GruLayer::backward);

    private GruLayer() {}

    private static void forward(ForwardCall<RecurrentPass> call) {
        RecurrentPass pass = call.attributes();
        Backend backend = call.backend();
        Sequence sequence = new Sequence(pass, call.input(0), call.input(1));
        Tensor gates = sequence.empty(3);
        Tensor candidates = sequence.empty(1);
        sequence.project(call.input(0), call.input(2), pass.biased() ? call.input(4) : null, gates);
        Tensor hiddens = sequence.states(call.input(1));
        Tensor weight = Views.swapped(call.input(3));
        Tensor bias = pass.biased() ? call.input(5) : null;
        try (Tensor product = sequence.emptyStep(3)) {
            for (long step = 0; step < sequence.steps(); step++) {
                long time = sequence.time(step);
                Tensor gate = Sequence.at(gates, time);
                Tensor before = sequence.before(hiddens, time);
                Tensor after = sequence.after(hiddens, time);
                backend.matmul(before, weight, bias, product);
                backend.gruCell(gate, product, before, Sequence.at(candidates, time), after);
                sequence.carry(time, before, after);
                // Gates under which the gradient of the state passes and nothing else does.
                sequence.setIdle(time, gate, 0, 1, 0);
            }
        }
        Shape state = call.input(1).shape();
        sequence.copyOutputs(hiddens, call.out(Shape.of(sequence.steps(), state.size(0), state.size(1))));
        sequence.copyLast(hiddens, call.out(state));
        RecurrentFormula.saveInputs(call);
        call.saveInternal(gates);
        call.saveInternal(hiddens);
        call.saveInternal(candidates);
    }

    private static void backward(BackwardCall<RecurrentPass> call) {
        if (GradMode.isEnabled()) {
            RecurrentFormula.give(call);
            return;
        }
        Backend backend = Backends.current();
        Tensor gates = call.internal(0);
        Tensor hiddens = call.internal(1);
        Tensor candidates = call.internal(2);
        Sequence sequence = new Sequence(call.attributes(), call.input(0), call.input(1));
        Tensor gradOutputs = sequence.outputGradients(call.gradient(0));
        Tensor gradHidden = Contiguous.copy(call.gradient(1));
        Tensor gradGates = sequence.empty(3);
        Tensor gradProducts = sequence.empty(3);
        for (long step = sequence.steps() - 1; step >= 0; step--) {
            long time = sequence.time(step);
            Tensor gradient = Sequence.at(gradOutputs, time);
            Tensor gradProduct = Sequence.at(gradProducts, time);
            backend.binary(Binary.ADD, gradient, gradHidden, gradient);
            backend.gruCellGrad(
                    Sequence.at(gates, time),
                    sequence.before(hiddens, time),
                    Sequence.at(candidates, time),
                    gradient,
                    Sequence.at(gradGates, time),
                    gradProduct);
            backend.matmul(gradProduct, call.input(3), null, gradHidden);
            backend.binary(Binary.ADD, gradHidden, gradient, gradHidden);
        }
        call.give(1, () -> gradHidden);
        RecurrentFormula.giveWeights(call, sequence, gradGates, gradProducts, hiddens);
    }
}
