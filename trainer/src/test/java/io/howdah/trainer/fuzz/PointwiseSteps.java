// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Bounds;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Rounding;
import io.howdah.trainer.ops.Selection;
import io.howdah.trainer.ops.Ternary;
import io.howdah.trainer.tensor.Tensor;

/** Steps that compute element by element. */
final class PointwiseSteps {
    private PointwiseSteps() {}

    static void addTo(Steps steps) {
        steps.addBinary("add", Arithmetic::add);
        steps.addBinary("sub", Arithmetic::subtract);
        steps.addBinary("mul", Arithmetic::multiply);
        steps.addBinary("maximum", Bounds::maximum);
        steps.addBinary("minimum", Bounds::minimum);
        // The divisor is kept away from 0.
        steps.addBinary("ratio", (x, y) -> Arithmetic.divide(x, Arithmetic.affine(Functions.square(y), 1, 1)));
        steps.addUnary("neg", Arithmetic::negate);
        steps.addUnary("tanh", Functions::tanh);
        steps.addUnary("sigmoid", Functions::sigmoid);
        steps.addUnary("sin", Functions::sin);
        steps.addUnary("erf", Functions::erf);
        steps.addUnary("exp_tanh", x -> Functions.exp(Functions.tanh(x)));
        steps.addUnary("log1p_square", x -> Functions.log1p(Functions.square(x)));
        steps.addUnary("abs", Rounding::abs);
        steps.addUnary("clone", Copies::clone);
        steps.addUnary("contiguous", Copies::contiguous);
        steps.addUnary("channels_last", x -> x.shape().rank() < 3 ? x : Copies.channelsLast(x));
        steps.addUnary("relu", Activations::relu);
        steps.addUnary("gelu", Activations::gelu);
        steps.addUnary("silu", Activations::silu);
        steps.addUnary("softplus", Activations::softplus);
        steps.add(
                "affine",
                machine ->
                        Arithmetic.affine(machine.any(), machine.noted(machine.real()), machine.noted(machine.real())));
        steps.add("clamp", machine -> Bounds.clamp(machine.any(), machine.noted(-0.75), machine.noted(1.25)));
        steps.add("where", machine -> {
            Tensor first = machine.any();
            Tensor second = machine.operand(first);
            return Selection.where(machine.mask(first.shape()), first, second);
        });
        steps.add("masked_fill", machine -> {
            Tensor x = machine.any();
            return Selection.maskedFill(x, machine.mask(x.shape()), machine.noted(machine.real()));
        });
        steps.add("lerp", machine -> {
            Tensor first = machine.any();
            return Ternary.lerp(first, machine.operand(first), machine.noted(machine.real()));
        });
    }
}
