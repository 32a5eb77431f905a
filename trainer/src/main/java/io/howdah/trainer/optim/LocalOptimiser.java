// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves parameters in this process against their gradients, with the same rules as the parameter server:
 *
 * <pre>
 * LocalOptimiser optimiser = LocalOptimiser.of(
 *         new AdamW(0.9, 0.999, 1e-8), model.parameters(), LearningRate.constant(1e-3), 0.01);
 * Autograd.backward(loss);
 * GradientClipping.byNorm(optimiser.parameters(), 1.0, GradientClipping.NonFinite.REFUSE);
 * optimiser.step();
 * optimiser.zeroGrad();
 * </pre>
 *
 * <p>All tensors of all groups are updated in one parallel pass over cache-sized chunks. State is float32, on the heap. Parameters
 * of 16 bits have float32 masters here; their gradients come in the same 16 bits. Not safe for concurrent use.
 */
public final class LocalOptimiser {
    private final List<OptimisedParameter> parameters = new ArrayList<>();
    private long steps;
    private double rateFactor = 1;

    /**
     * An optimiser of several groups, each with its own rule, rate and decay.
     *
     * @throws IllegalArgumentException if there is no group, a parameter or a name appears twice, or a parameter is no leaf, not
     *     contiguous or of another dtype than float32, bfloat16 and float16
     */
    public LocalOptimiser(List<ParameterGroup> groups) {
        if (groups.isEmpty()) {
            throw HyperParameters.refusal("optimiser", "groups", "[]", "at least one group of parameters");
        }
        Set<String> names = new HashSet<>();
        for (ParameterGroup group : groups) {
            group.parameters().forEach((name, tensor) -> {
                check(name, tensor, names);
                parameters.add(OptimisedParameter.of(name, tensor, group));
            });
        }
    }

    /** An optimiser of one group. */
    public static LocalOptimiser of(
            UpdateRule rule, Map<String, Tensor> parameters, LearningRate learningRate, double weightDecay) {
        return new LocalOptimiser(List.of(new ParameterGroup(rule, parameters, learningRate, weightDecay)));
    }

    private void check(String name, Tensor tensor, Set<String> names) {
        if (!names.add(name)) {
            throw refusal(name, "appears twice", "distinct names", "rename it");
        }
        if (parameters.stream().anyMatch(other -> other.parameter == tensor)) {
            throw refusal(name, "is listed twice", "every parameter in one group", "list a shared parameter once");
        }
        if (!Autograd.isLeaf(tensor)) {
            throw refusal(name, "is " + Autograd.producer(tensor), "a leaf", "can't optimize a non-leaf Tensor");
        }
        if (!FloatCopies.fits(tensor.dtype())) {
            throw refusal(name, "dtype=" + tensor.dtype(), "float32, bfloat16 or float16", "rules compute in float32");
        }
        if (!tensor.isContiguous()) {
            throw refusal(name, "is not contiguous", "a contiguous tensor", "copy it before making it a parameter");
        }
    }

    private static IllegalArgumentException refusal(String name, String found, String expected, String remedy) {
        return new IllegalArgumentException(
                "Cannot optimise: name=" + name + " " + found + ", expected " + expected + "; " + remedy);
    }

    /** All parameters, group by group. */
    public List<Tensor> parameters() {
        return parameters.stream().map(parameter -> parameter.parameter).toList();
    }

    /** How often {@link #step} was called; schedules follow this number. */
    public long steps() {
        return steps;
    }

    /** Multiplies the learning rate of all groups from the next step on; for a {@link Plateau}. */
    public void setRateFactor(double factor) {
        rateFactor = HyperParameters.atLeast(0.0, "optimiser", "rateFactor", factor);
    }

    /** What {@link #setRateFactor} set; 1 at first. */
    public double rateFactor() {
        return rateFactor;
    }

    /**
     * Moves every parameter that has a gradient, and counts up its version.
     *
     * @throws IllegalArgumentException if a rule cannot take a sparse gradient; nothing has changed then
     */
    public void step() {
        parameters.forEach(OptimisedParameter::check);
        steps++;
        int[] ends = new int[parameters.size()];
        int tasks = 0;
        try {
            for (int i = 0; i < ends.length; i++) {
                OptimisedParameter parameter = parameters.get(i);
                tasks += parameter.open(parameter.group.learningRate().at(steps) * rateFactor);
                ends[i] = tasks;
            }
            Parallel.tasks(tasks, task -> run(task, ends));
        } finally {
            parameters.forEach(OptimisedParameter::close);
        }
    }

    private void run(int task, int[] ends) {
        int low = 0;
        int high = ends.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (task < ends[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        parameters.get(low).run(low == 0 ? task : task - ends[low - 1]);
    }

    /** Frees all gradients, so that they are null and not zero. */
    public void zeroGrad() {
        for (OptimisedParameter parameter : parameters) {
            if (parameter.parameter.requiresGrad()) {
                Gradients.clear(parameter.parameter);
            }
        }
    }

    /**
     * All state as fresh tensors: {@code step} (int64), {@code rate_factor} (float64), and of every parameter {@code
     * <name>.step} (int64), {@code <name>.<state>} and, for 16 bits, {@code <name>.master} (float32).
     */
    public Map<String, Tensor> stateDict() {
        return OptimiserState.write(this, parameters);
    }

    /**
     * Goes on from what {@link #stateDict} gave. Load the weights of the model first: masters are set to these of the state.
     *
     * @throws IllegalArgumentException with one line per missing or unexpected name and per wrong shape; nothing is
     *     loaded then
     */
    public void loadStateDict(Map<String, Tensor> state) {
        OptimiserState.read(this, parameters, state);
    }

    void resume(long newSteps, double newRateFactor) {
        steps = newSteps;
        rateFactor = newRateFactor;
    }
}
