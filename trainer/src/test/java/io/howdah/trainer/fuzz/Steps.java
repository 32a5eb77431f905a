// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Kinds of steps by name; {@code scripts/golden/replay_programs.py} knows them too. */
final class Steps {
    static final Steps ALL = new Steps();

    private final Map<String, Function<Machine, List<Tensor>>> actions = new LinkedHashMap<>();

    private Steps() {
        ViewSteps.addTo(this);
        WriteSteps.addTo(this);
        PointwiseSteps.addTo(this);
        ReductionSteps.addTo(this);
        IndexingSteps.addTo(this);
    }

    /** Names of all kinds. */
    List<String> kinds() {
        return List.copyOf(actions.keySet());
    }

    List<Tensor> run(String kind, Machine machine) {
        return actions.get(kind).apply(machine);
    }

    /** A kind with several results. */
    void addAll(String kind, Function<Machine, List<Tensor>> action) {
        actions.put(kind, action);
    }

    /** A kind with one result. */
    void add(String kind, Function<Machine, Tensor> action) {
        addAll(kind, machine -> List.of(action.apply(machine)));
    }

    /** A function of one tensor. */
    void addUnary(String kind, UnaryOperator<Tensor> function) {
        add(kind, machine -> function.apply(machine.any()));
    }

    /** A function of two tensors that broadcast, mostly. */
    void addBinary(String kind, BinaryOperator<Tensor> function) {
        add(kind, machine -> {
            Tensor first = machine.any();
            return function.apply(first, machine.operand(first));
        });
    }

    /** {@link #addUnary} that overwrites the tensor. */
    void addWrite(String kind, UnaryOperator<Tensor> function) {
        add(kind, machine -> function.apply(machine.target()));
    }

    /** {@link #addBinary} that overwrites the first tensor. */
    void addBinaryWrite(String kind, BinaryOperator<Tensor> function) {
        add(kind, machine -> {
            Tensor target = machine.target();
            return function.apply(target, machine.operand(target));
        });
    }
}
