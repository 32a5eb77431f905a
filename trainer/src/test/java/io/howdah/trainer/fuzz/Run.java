// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a program.
 *
 * @param initial the tensors that it began with: leaves first
 * @param values of each tensor at the end
 * @param outputs the tensors that require gradients at the end
 * @param isTrue whether its gradients are those of the function that it computes: nothing was detached
 */
record Run(
        List<Map<String, Object>> initial,
        List<Instruction> instructions,
        List<double[]> values,
        List<Output> outputs,
        boolean isTrue) {
    private static final int MOST_ELEMENTS = 100;

    /**
     * A tensor that requires gradients.
     *
     * @param number which tensor of the program
     * @param seed a cotangent
     * @param loss the product of both
     * @param gradient of that product: of all leaves one after the other; null if it was refused
     */
    record Output(int number, double[] seed, double loss, double @Nullable [] gradient) {}

    static Run of(Program program, DType dtype) {
        return of(program, dtype, -1, 0, true);
    }

    /** The losses with {@code nudge} added to one leaf element. */
    static double[] nudged(Program program, int element, double nudge) {
        return of(program, DType.FLOAT64, element, nudge, false).outputs().stream()
                .mapToDouble(Output::loss)
                .toArray();
    }

    private static Run of(Program program, DType dtype, int element, double nudge, boolean differentiate) {
        try (StepScope scope = StepScope.open()) {
            Machine machine = new Machine(program.seed(), dtype, element, nudge);
            List<Map<String, Object>> initial =
                    machine.tensors().stream().map(Instruction::constant).toList();
            List<Instruction> instructions = new ArrayList<>();
            for (Program.Step step : program.steps()) {
                instructions.add(instruction(machine, step));
            }
            Philox random = new Philox(program.seed(), 3);
            List<Output> outputs = new ArrayList<>();
            for (Tensor tensor : machine.tensors()) {
                if (tensor.requiresGrad()) {
                    outputs.add(output(machine, tensor, random, differentiate));
                }
            }
            List<double[]> values =
                    machine.tensors().stream().map(Tensor::toDoubles).toList();
            return new Run(initial, instructions, values, outputs, !machine.hasDetached());
        }
    }

    /** How each step was refused. */
    List<String> errors() {
        return instructions.stream().map(Instruction::error).toList();
    }

    private static Instruction instruction(Machine machine, Program.Step step) {
        machine.begin(step.seed());
        try {
            List<Tensor> results = Steps.ALL.run(step.kind(), machine);
            results.stream()
                    .filter(tensor -> tensor.elements() <= MOST_ELEMENTS)
                    .forEach(machine::add);
            return Instruction.of(step.kind(), machine, results, "");
        } catch (Machine.Unsuitable e) {
            return new Instruction(step.kind(), List.of(), List.of(), "unsuitable");
        } catch (RuntimeException e) {
            return Instruction.of(step.kind(), machine, List.of(), refusal(e));
        }
    }

    /** The class of an exception of our own; others must not happen. */
    private static String refusal(RuntimeException e) {
        if (e.getMessage() == null || !e.getMessage().startsWith("Cannot ")) {
            throw new AssertionError("no refusal of ours", e);
        }
        return e.getClass().getSimpleName();
    }

    private static Output output(Machine machine, Tensor tensor, Philox random, boolean differentiate) {
        Tensor seed = Tensor.empty(tensor.dtype(), tensor.shape());
        Elements.forEach(seed, address -> Elements.put(seed.dtype(), address, random.nextDouble() - 0.5));
        double[] weights = seed.toDoubles();
        double[] values = tensor.toDoubles();
        double loss = 0;
        for (int i = 0; i < weights.length; i++) {
            loss += weights[i] * values[i];
        }
        double @Nullable [] gradient = differentiate ? gradient(machine, tensor, seed) : null;
        return new Output(machine.number(tensor), weights, loss, gradient);
    }

    private static double @Nullable [] gradient(Machine machine, Tensor tensor, Tensor seed) {
        try {
            List<@Nullable Tensor> gradients = Autograd.grad(
                    List.of(tensor),
                    List.of(seed),
                    machine.leaves(),
                    Autograd.SavedTensors.RETAIN,
                    Autograd.Unused.ZEROS);
            return gradients.stream()
                    .flatMapToDouble(gradient -> Arrays.stream(gradient.toDoubles()))
                    .toArray();
        } catch (RuntimeException e) {
            refusal(e);
            return null;
        }
    }
}
