// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A layer or a model: named parameters and child modules, in the order in which they were registered, which should be
 * the order of the forward pass. Names are joined by dots.
 */
public abstract class Module {
    private final Map<String, Tensor> ownParameters = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;

    /** Registers {@code tensor} as a parameter of this module and makes it gather its gradient. */
    protected final Tensor parameter(String name, Tensor tensor) {
        checkName(name);
        ownParameters.put(name, Autograd.parameter(tensor));
        return tensor;
    }

    /** Registers {@code module} as a part of this one. */
    protected final <M extends Module> M child(String name, M module) {
        checkName(name);
        children.put(name, module);
        return module;
    }

    private void checkName(String name) {
        if (name.isEmpty() || name.contains(".") || ownParameters.containsKey(name) || children.containsKey(name)) {
            throw new IllegalArgumentException("Cannot register: name=" + name
                    + ", expected a name that is new, not empty and without dots; rename it");
        }
    }

    /** All parameters by qualified name: own ones first, then those of the children. A shared one appears once. */
    public final Map<String, Tensor> parameters() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        List<Tensor> seen = new ArrayList<>();
        collect("", all, seen);
        return Collections.unmodifiableMap(all);
    }

    private void collect(String prefix, Map<String, Tensor> all, List<Tensor> seen) {
        ownParameters.forEach((name, tensor) -> {
            if (seen.stream().noneMatch(other -> other == tensor)) {
                seen.add(tensor);
                all.put(prefix + name, tensor);
            }
        });
        children.forEach((name, child) -> child.collect(prefix + name + ".", all, seen));
    }

    /** The parts of this module by name. */
    public final Map<String, Module> children() {
        return Collections.unmodifiableMap(children);
    }

    /** Switches this module and its parts to training behaviour, the default. */
    public final void train() {
        setTraining(true);
    }

    /** Switches this module and its parts to evaluation behaviour. */
    public final void evaluate() {
        setTraining(false);
    }

    public final boolean isTraining() {
        return training;
    }

    private void setTraining(boolean value) {
        training = value;
        children.values().forEach(child -> child.setTraining(value));
    }

    /** The parameters without autograd, sharing their memory. */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        parameters().forEach((name, tensor) -> state.put(name, tensor.detached()));
        return state;
    }

    /**
     * Copies {@code state} into the parameters, converting dtypes.
     *
     * @throws IllegalArgumentException with one line per missing or unexpected name and per wrong shape; nothing is
     *     copied then
     */
    public final void loadStateDict(Map<String, Tensor> state) {
        Map<String, Tensor> parameters = parameters();
        List<String> problems = new ArrayList<>();
        parameters.forEach((name, parameter) -> {
            Tensor source = state.get(name);
            if (source == null) {
                problems.add("missing: " + name + " " + parameter.shape());
            } else if (!source.shape().equals(parameter.shape())) {
                problems.add("shape differs: " + name + " is " + source.shape() + ", expected " + parameter.shape());
            }
        });
        state.forEach((name, tensor) -> {
            if (!parameters.containsKey(name)) {
                problems.add("unexpected: " + name + " " + tensor.shape());
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot load state: expected that of a "
                    + getClass().getSimpleName() + " of the same sizes; use the settings that it was trained with"
                    + System.lineSeparator() + String.join(System.lineSeparator(), problems));
        }
        parameters.forEach((name, parameter) -> {
            Tensor source = state.get(name);
            if (source != null) {
                Backends.current().convert(source, parameter);
                parameter.bumpVersion();
            }
        });
    }

    /** Frees parameters and gradients. */
    public final void close() {
        parameters().values().forEach(parameter -> {
            Gradients.clear(parameter);
            parameter.close();
        });
    }

    /** What stands behind the class name in {@link #toString}, for instance the sizes. */
    protected String describe() {
        return "";
    }

    @Override
    public final String toString() {
        StringBuilder tree = new StringBuilder();
        print(tree, "");
        return tree.toString();
    }

    private void print(StringBuilder tree, String indent) {
        tree.append(getClass().getSimpleName()).append('(').append(describe()).append(')');
        children.forEach((name, child) -> {
            tree.append(System.lineSeparator())
                    .append(indent)
                    .append("  ")
                    .append(name)
                    .append(": ");
            child.print(tree, indent + "  ");
        });
    }
}
