// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A differentiable operation of a user's own: subclass it, and call {@link #apply}. One object per call. A backward that
 * is written with recorded ops can itself be differentiated.
 */
public abstract class Function {
    private final List<SavedTensor> saved = new ArrayList<>();
    private boolean[] needs = {};
    private @Nullable FunctionNode node;
    private boolean used;
    private @Nullable List<Tensor> toSave;

    /** Computes the outputs; nothing is recorded meanwhile. */
    protected abstract List<Tensor> forward(List<Tensor> inputs);

    /**
     * Computes one gradient per input; null for those that need none.
     *
     * @param gradOutputs gradient per output; zeros where none arrived
     */
    protected abstract List<@Nullable Tensor> backward(List<Tensor> gradOutputs);

    /** Keeps inputs, outputs or intermediates of {@link #forward} for {@link #backward}. Call it in forward. */
    protected final void save(Tensor... tensors) {
        toSave = List.of(tensors);
    }

    /** What {@link #save} kept. */
    protected final List<Tensor> saved() {
        FunctionNode owner = node;
        if (owner == null) {
            throw new IllegalStateException("Cannot read saved tensors: the function is not in a graph, expected to be"
                    + " called from backward; save them in forward");
        }
        return saved.stream().map(tensor -> tensor.unpack(owner)).toList();
    }

    /** Whether an input needs a gradient. */
    protected final boolean needs(int input) {
        return needs[input];
    }

    /** Name in messages. */
    protected String name() {
        return getClass().getSimpleName();
    }

    /** Runs {@link #forward} and records it. */
    public final List<Tensor> apply(Tensor... inputs) {
        if (used) {
            throw new IllegalStateException(
                    "Cannot apply " + name() + ": it was applied before, expected one object per call; make a new one");
        }
        used = true;
        needs = new boolean[inputs.length];
        boolean recorded = false;
        for (int i = 0; i < inputs.length; i++) {
            needs[i] = GradMode.isEnabled() && inputs[i].requiresGrad();
            recorded |= needs[i];
        }
        List<Tensor> results;
        try (GradMode.Scope scope = GradMode.noGrad()) {
            results = forward(List.of(inputs));
        }
        return recorded ? record(inputs, results) : results;
    }

    private List<Tensor> record(Tensor[] inputs, List<Tensor> results) {
        @Nullable Edge[] edges = new @Nullable Edge[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            edges[i] = needs[i] ? Autograd.edge(inputs[i]) : null;
        }
        FunctionNode made = new FunctionNode(this, edges);
        node = made;
        List<Tensor> outputs = new ArrayList<>();
        for (Tensor result : results) {
            // An input that is returned as it is must not lose its own history.
            Tensor output = result.detached();
            if (output.dtype().isFloating()) {
                Tensor base = viewed(inputs, result);
                if (base != null) {
                    Autograd.setView(base, output, ViewKind.CUSTOM);
                }
                Autograd.setHistory(output, made);
            }
            outputs.add(output);
        }
        for (Tensor tensor : toSave == null ? List.<Tensor>of() : toSave) {
            saved.add(savedTensor(tensor, inputs, edges, results));
        }
        toSave = null;
        return outputs;
    }

    private static @Nullable Tensor viewed(Tensor[] inputs, Tensor result) {
        return Arrays.stream(inputs)
                .filter(input -> input.sharesStorage(result))
                .findFirst()
                .orElse(null);
    }

    private static SavedTensor savedTensor(
            Tensor tensor, Tensor[] inputs, @Nullable Edge[] edges, List<Tensor> results) {
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] == tensor) {
                return SavedTensor.input(tensor, tensor.version(), edges[i]);
            }
        }
        int output = results.indexOf(tensor);
        return output >= 0
                ? SavedTensor.output(tensor, output, tensor.version())
                : SavedTensor.input(tensor, tensor.version(), null);
    }

    /** The recorded call. */
    private static final class FunctionNode extends Node {
        private final Function function;

        FunctionNode(Function function, @Nullable Edge[] edges) {
            super(function.name(), edges);
            this.function = function;
        }

        @Override
        protected @Nullable Tensor[] backward(@Nullable Tensor[] gradOutputs) {
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < gradOutputs.length; i++) {
                Tensor gradient = gradOutputs[i];
                gradients.add(gradient != null ? gradient : Tensor.zeros(outputDType(i), outputShape(i)));
            }
            return function.backward(gradients).toArray(new @Nullable Tensor[0]);
        }

        @Override
        protected void releaseSaved() {
            function.saved.forEach(SavedTensor::release);
        }
    }
}
