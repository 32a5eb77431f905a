// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes and reads the state of a {@link LocalOptimiser} as named tensors. */
final class OptimiserState {
    private static final String STEP = "step";
    private static final String RATE_FACTOR = "rate_factor";
    private static final String MASTER = "master";

    private OptimiserState() {}

    static Map<String, Tensor> write(LocalOptimiser optimiser, List<OptimisedParameter> parameters) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put(STEP, Tensor.of(new long[] {optimiser.steps()}));
        all.put(RATE_FACTOR, Tensor.scalar(DType.FLOAT64, optimiser.rateFactor()));
        for (OptimisedParameter parameter : parameters) {
            all.put(parameter.name + "." + STEP, Tensor.of(new long[] {parameter.count()}));
            arrays(parameter).forEach((name, pieces) -> {
                Tensor tensor = Tensor.empty(DType.FLOAT32, parameter.stateShape(length(pieces)));
                copy(pieces, tensor, FloatCopies::store);
                all.put(parameter.name + "." + name, tensor);
            });
        }
        return all;
    }

    static void read(LocalOptimiser optimiser, List<OptimisedParameter> parameters, Map<String, Tensor> state) {
        List<String> problems = new ArrayList<>();
        Set<String> known = new HashSet<>(Set.of(STEP, RATE_FACTOR));
        check(state, STEP, DType.INT64, Shape.of(), problems);
        check(state, RATE_FACTOR, DType.FLOAT64, Shape.of(), problems);
        for (OptimisedParameter parameter : parameters) {
            String prefix = parameter.name + ".";
            known.add(prefix + STEP);
            check(state, prefix + STEP, DType.INT64, Shape.of(), problems);
            arrays(parameter).forEach((name, pieces) -> {
                known.add(prefix + name);
                check(state, prefix + name, DType.FLOAT32, parameter.stateShape(length(pieces)), problems);
            });
        }
        state.forEach((name, tensor) -> {
            if (!known.contains(name)) {
                problems.add("unexpected: " + name + " " + tensor.shape());
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot load optimiser: expected the state of the same rules and"
                    + " parameters; use the settings that it was trained with" + System.lineSeparator()
                    + String.join(System.lineSeparator(), problems));
        }
        for (OptimisedParameter parameter : parameters) {
            parameter.setCount(get(state, parameter.name + "." + STEP).toLongs()[0]);
            arrays(parameter)
                    .forEach((name, pieces) -> copy(
                            pieces,
                            get(state, parameter.name + "." + name),
                            (array, at, tensor, element, count) ->
                                    FloatCopies.load(tensor, element, array, at, count)));
            parameter.weights.settle();
        }
        optimiser.resume(get(state, STEP).toLongs()[0], get(state, RATE_FACTOR).item());
    }

    private static Map<String, float[][]> arrays(OptimisedParameter parameter) {
        Map<String, float[][]> all = new LinkedHashMap<>(parameter.state());
        float[][] masters = parameter.weights.masters();
        if (masters != null) {
            all.put(MASTER, masters);
        }
        return all;
    }

    private static long length(float[][] pieces) {
        long length = 0;
        for (float[] piece : pieces) {
            length += piece.length;
        }
        return length;
    }

    /** Copies between a part of an array and the elements of a tensor from {@code element} on. */
    @FunctionalInterface
    private interface Copy {
        void copy(float[] array, int at, Tensor tensor, long element, int count);
    }

    private static void copy(float[][] pieces, Tensor tensor, Copy copy) {
        long element = 0;
        for (float[] piece : pieces) {
            copy.copy(piece, 0, tensor, element, piece.length);
            element += piece.length;
        }
    }

    private static Tensor get(Map<String, Tensor> state, String name) {
        Tensor tensor = state.get(name);
        if (tensor == null) {
            throw new AssertionError("checked before: " + name);
        }
        return tensor;
    }

    private static void check(Map<String, Tensor> state, String name, DType dtype, Shape shape, List<String> problems) {
        Tensor tensor = state.get(name);
        if (tensor == null) {
            problems.add("missing: " + name + " " + shape);
        } else if (!tensor.shape().equals(shape) || tensor.dtype() != dtype || !tensor.isContiguous()) {
            problems.add("differs: " + name + " is " + tensor.dtype() + " " + tensor.shape() + ", expected contiguous "
                    + dtype + " " + shape);
        }
    }
}
