// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Indexing;
import io.howdah.trainer.ops.Scatters;
import io.howdah.trainer.ops.Selection;
import io.howdah.trainer.ops.Ternary;
import io.howdah.trainer.tensor.Tensor;

/** Steps that write in place. */
final class WriteSteps {
    private WriteSteps() {}

    static void addTo(Steps steps) {
        steps.addBinaryWrite("add_", Arithmetic::addInPlace);
        steps.addBinaryWrite("sub_", Arithmetic::subtractInPlace);
        steps.addBinaryWrite("mul_", Arithmetic::multiplyInPlace);
        steps.addBinaryWrite("copy_", Copies::copyInPlace);
        steps.addWrite("zero_", Copies::zeroInPlace);
        steps.addWrite("neg_", Arithmetic::negateInPlace);
        steps.addWrite("relu_", Activations::reluInPlace);
        steps.addWrite("tanh_", Functions::tanhInPlace);
        steps.addWrite("sigmoid_", Functions::sigmoidInPlace);
        steps.addWrite("square_", Functions::squareInPlace);
        steps.add("fill_", machine -> Copies.fillInPlace(machine.target(), machine.noted(machine.real())));
        steps.add(
                "affine_",
                machine -> Arithmetic.affineInPlace(
                        machine.target(), machine.noted(machine.real()), machine.noted(machine.real())));
        steps.add("addcmul_", machine -> {
            Tensor target = machine.target();
            return Ternary.addProductInPlace(
                    target, machine.operand(target), machine.operand(target), machine.noted(machine.real()));
        });
        addPlaces(steps);
    }

    private static void addPlaces(Steps steps) {
        steps.add("masked_fill_", machine -> {
            Tensor target = machine.target();
            return Selection.maskedFillInPlace(target, machine.mask(target.shape()), machine.noted(machine.real()));
        });
        steps.add("index_fill_", machine -> {
            Tensor target = machine.target(1);
            int dimension = machine.dimension(target);
            Tensor index = machine.indices((int) target.size(dimension), 2);
            return Indexing.indexFillInPlace(target, dimension, index, machine.noted(machine.real()));
        });
        steps.add("index_add_", machine -> {
            Tensor target = machine.target(1);
            Tensor source = machine.like(target);
            int dimension = machine.dimension(target);
            int size = (int) target.size(dimension);
            return Indexing.indexAddInPlace(target, dimension, machine.indices(size, size), source, 1);
        });
        steps.add("scatter_add_", machine -> {
            Tensor target = machine.target(1);
            Tensor source = machine.like(target);
            int dimension = machine.dimension(target);
            Tensor index =
                    machine.indices((int) target.size(dimension), target.shape().sizes());
            return Scatters.scatterAddInPlace(target, dimension, index, source);
        });
    }
}
