// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters and buffers of a module under all their names, each module's own ones before those of its children.
 *
 * @param owner what messages call the module
 */
record StateDict(String owner, Map<String, Tensor> tensors) {
    static StateDict of(Module module) {
        Map<String, Tensor> tensors = module.named(part -> {
            Map<String, Tensor> own = new LinkedHashMap<>(part.ownParameters());
            own.putAll(part.ownBuffers());
            return own;
        });
        return new StateDict(module.getClass().getSimpleName(), tensors);
    }

    Map<String, Tensor> detached() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> state.put(name, tensor.detached()));
        return Collections.unmodifiableMap(state);
    }

    StateMismatch load(Map<String, Tensor> state, Strictness strictness) {
        List<String> missing = new ArrayList<>();
        List<String> shapes = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            Tensor source = state.get(name);
            if (source == null) {
                missing.add(name);
            } else if (!source.shape().equals(tensor.shape())) {
                shapes.add("shape differs: " + name + " is " + source.shape() + ", expected " + tensor.shape());
            }
        });
        List<String> unexpected = state.keySet().stream()
                .filter(name -> !tensors.containsKey(name))
                .toList();
        StateMismatch mismatch = new StateMismatch(missing, unexpected);
        if (!shapes.isEmpty() || strictness == Strictness.STRICT && !mismatch.isEmpty()) {
            throw new IllegalArgumentException("Cannot load state: expected that of a " + owner
                    + " of the same sizes; use the settings that it was trained with" + System.lineSeparator()
                    + String.join(System.lineSeparator(), problems(state, shapes, mismatch)));
        }
        tensors.forEach((name, tensor) -> {
            Tensor source = state.get(name);
            if (source != null) {
                Backends.current().convert(source, tensor);
                tensor.bumpVersion();
            }
        });
        return mismatch;
    }

    private List<String> problems(Map<String, Tensor> state, List<String> shapes, StateMismatch mismatch) {
        List<String> problems = new ArrayList<>();
        mismatch.missing().forEach(name -> problems.add("missing: " + name + " " + shape(tensors, name)));
        problems.addAll(shapes);
        mismatch.unexpected().forEach(name -> problems.add("unexpected: " + name + " " + shape(state, name)));
        return problems;
    }

    private static String shape(Map<String, Tensor> named, String name) {
        Tensor tensor = named.get(name);
        return tensor == null ? "" : tensor.shape().toString();
    }
}
