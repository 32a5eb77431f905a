// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A layer or a model: named parameters, buffers and child modules, in the order in which they were registered, which
 * should be the order of the forward pass. Names are joined by dots.
 *
 * <p>A name, once given, keeps its tensor: {@link #loadStateDict} copies into it. Two modules share a parameter when one
 * is made with the other's tensor and {@linkplain #share registers} it too.
 */
public abstract class Module {
    private final Map<String, Tensor> ownParameters = new LinkedHashMap<>();
    private final Map<String, Tensor> ownBuffers = new LinkedHashMap<>();
    private final Map<String, Tensor> derivedBuffers = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private final List<Module> constants = new ArrayList<>();
    private @Nullable Module parent;
    private String nameInParent = "";
    private @Nullable BiConsumer<Module, List<Tensor>> observer;
    private boolean training = true;

    /** Registers {@code tensor} as a parameter of this module and makes it gather its gradient. */
    protected final Tensor parameter(String name, Tensor tensor) {
        checkName(name);
        ownParameters.put(name, Autograd.parameter(tensor));
        return tensor;
    }

    /** Registers the parameter of another module as one of this module too, so that both train the same tensor. */
    protected final Tensor share(String name, Tensor parameter) {
        checkName(name);
        ownParameters.put(name, parameter);
        return parameter;
    }

    /** Registers a tensor that is part of the state but not trained, for instance a running mean. */
    protected final Tensor buffer(String name, Tensor tensor) {
        checkName(name);
        ownBuffers.put(name, tensor.keep());
        return tensor;
    }

    /** Registers a buffer that can be computed again and is therefore no part of the state. */
    protected final Tensor derivedBuffer(String name, Tensor tensor) {
        checkName(name);
        derivedBuffers.put(name, tensor.keep());
        return tensor;
    }

    /** Registers {@code module} as a part of this one. */
    protected final <M extends Module> M child(String name, M module) {
        checkName(name);
        for (Module ancestor = this; ancestor != null; ancestor = ancestor.parent) {
            if (ancestor == module) {
                throw new IllegalArgumentException("Cannot register: name=" + name
                        + ", expected a module that does not contain this one; register another module");
            }
        }
        children.put(name, module);
        Module registered = module;
        if (registered.parent == null) {
            registered.parent = this;
            registered.nameInParent = name;
        }
        return module;
    }

    /** Takes over a module that this one uses but neither trains nor saves: it is closed with this one. */
    protected final <M extends Module> M constant(M module) {
        constants.add(module);
        return module;
    }

    private void checkName(String name) {
        boolean taken = ownParameters.containsKey(name)
                || ownBuffers.containsKey(name)
                || derivedBuffers.containsKey(name)
                || children.containsKey(name);
        if (name.isEmpty() || name.contains(".") || taken) {
            throw new IllegalArgumentException("Cannot register: name=" + name
                    + ", expected a name that is new, not empty and without dots; rename it");
        }
    }

    /** All parameters by qualified name: own ones first, then those of the children. A shared one appears once. */
    public final Map<String, Tensor> parameters() {
        return distinct(Module::ownParameters);
    }

    /** The parameters that are not {@linkplain #freeze frozen}, as {@link #parameters()} names them. */
    public final Map<String, Tensor> trainableParameters() {
        Map<String, Tensor> trainable = new LinkedHashMap<>(parameters());
        trainable.values().removeIf(tensor -> !tensor.requiresGrad());
        return Collections.unmodifiableMap(trainable);
    }

    /** All buffers that are part of the state, by qualified name. A shared one appears once. */
    public final Map<String, Tensor> buffers() {
        return distinct(Module::ownBuffers);
    }

    /**
     * The parameter with a qualified name.
     *
     * @throws IllegalArgumentException if there is none; it lists the names
     */
    public final Tensor parameter(String qualifiedName) {
        Tensor found = named(Module::ownParameters).get(qualifiedName);
        if (found == null) {
            throw new IllegalArgumentException("Cannot find parameter: name=" + qualifiedName + ", expected one of "
                    + named(Module::ownParameters).keySet() + "; correct the name");
        }
        return found;
    }

    /** The parts of this module by name. */
    public final Map<String, Module> children() {
        return Collections.unmodifiableMap(children);
    }

    /** This module under the name "" and all its parts by qualified name; a shared one appears once. */
    public final Map<String, Module> modules() {
        Map<String, Module> all = new LinkedHashMap<>();
        Set<Module> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        visit("", (name, module) -> {
            if (seen.add(module)) {
                all.put(name, module);
            }
        });
        return Collections.unmodifiableMap(all);
    }

    /** The tensors of one kind that belong to a single module. */
    @FunctionalInterface
    interface Kind {
        Map<String, Tensor> of(Module module);
    }

    final Map<String, Tensor> ownParameters() {
        return ownParameters;
    }

    final Map<String, Tensor> ownBuffers() {
        return ownBuffers;
    }

    /** All tensors of a kind; shared ones under each of their names. */
    final Map<String, Tensor> named(Kind kind) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        visit("", (path, module) -> kind.of(module).forEach((name, tensor) -> all.put(joined(path, name), tensor)));
        return all;
    }

    private Map<String, Tensor> distinct(Kind kind) {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<String, Tensor> all = named(kind);
        all.values().removeIf(tensor -> !seen.add(tensor));
        return Collections.unmodifiableMap(all);
    }

    private void visit(String path, BiConsumer<String, Module> visitor) {
        visitor.accept(path, this);
        children.forEach((name, child) -> child.visit(joined(path, name), visitor));
    }

    private static String joined(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Qualified name of this module in the outermost module that it is a part of; empty for that one itself. */
    public final String path() {
        return parent == null ? "" : joined(parent.path(), nameInParent);
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

    /** How functions of {@code nn.functional} are to behave. */
    public final Mode mode() {
        return training ? Mode.TRAINING : Mode.EVALUATION;
    }

    /** Switches this module alone. */
    final void switchTo(Mode mode) {
        training = mode == Mode.TRAINING;
    }

    private void setTraining(boolean value) {
        training = value;
        children.values().forEach(child -> child.setTraining(value));
    }

    /**
     * Stops the training of all parameters of this module and its parts. They stay in {@link #parameters()} and in the
     * state but gather no gradient. To be called before training begins.
     */
    public final void freeze() {
        parameters().values().forEach(parameter -> {
            if (parameter.requiresGrad()) {
                Gradients.clear(parameter);
            }
            Autograd.freeze(parameter);
        });
    }

    /** Ends {@link #freeze}. */
    public final void unfreeze() {
        parameters().values().forEach(Autograd::requireGrad);
    }

    /** Frees the gradients of all parameters. */
    public final void clearGradients() {
        trainableParameters().values().forEach(Gradients::clear);
    }

    /** Parameters and buffers without autograd, sharing their memory; shared ones under each of their names. */
    public final Map<String, Tensor> stateDict() {
        return StateDict.of(this).detached();
    }

    /**
     * Copies {@code state} into parameters and buffers, converting dtypes.
     *
     * @throws IllegalArgumentException with one line per missing or unexpected name and per wrong shape; nothing is
     *     copied then
     */
    public final void loadStateDict(Map<String, Tensor> state) {
        loadStateDict(state, Strictness.STRICT);
    }

    /**
     * {@link #loadStateDict(Map)} that, if lenient, leaves what is missing as it is and passes over what is unexpected.
     *
     * @return what did not match; empty if strict
     */
    public final StateMismatch loadStateDict(Map<String, Tensor> state, Strictness strictness) {
        return StateDict.of(this).load(state, strictness);
    }

    /**
     * A table of all parts: the shapes that they returned during {@code forward}, which runs in evaluation without recording,
     * and how
     * many parameters they have.
     *
     * @param forward runs this module on an example
     */
    public final Summary summary(Runnable forward) {
        return Summary.of(this, forward);
    }

    /** Sees this module and the results of each of its calls; null for nobody. */
    final void observe(@Nullable BiConsumer<Module, List<Tensor>> newObserver) {
        observer = newObserver;
    }

    /** Lets {@link #summary} see results; modules that are no {@link Layer} may call it at the end of forward. */
    protected final void returns(Tensor... results) {
        if (observer != null) {
            observer.accept(this, List.of(results));
        }
    }

    /** Frees parameters, gradients and buffers. */
    public final void close() {
        clearGradients();
        List<Tensor> all = new ArrayList<>(named(Module::ownParameters).values());
        all.addAll(named(Module::ownBuffers).values());
        all.addAll(named(module -> module.derivedBuffers).values());
        all.forEach(Tensor::close);
        constants.forEach(Module::close);
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
