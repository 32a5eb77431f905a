// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A step that was run, in values that can be written as JSON.
 *
 * @param arguments {@code {"tensor": number}}, {@code {"shape", "dtype", "elements"}}, numbers and lists of them
 * @param results numbers of the tensors that it gave, −1 for those that the program does not go on with
 * @param error class of the exception that refused it, or nothing
 */
record Instruction(String kind, List<Object> arguments, List<Integer> results, String error) {
    static Instruction of(String kind, Machine machine, List<Tensor> results, String error) {
        return new Instruction(
                kind,
                machine.arguments().stream()
                        .map(argument -> plain(machine, argument))
                        .toList(),
                results.stream().map(machine::number).toList(),
                error);
    }

    private static Object plain(Machine machine, Object argument) {
        if (argument instanceof Tensor tensor) {
            int number = machine.number(tensor);
            return number >= 0 ? Map.of("tensor", number) : constant(tensor);
        }
        if (argument instanceof List<?> list) {
            return list.stream().map(element -> plain(machine, element)).toList();
        }
        if (argument instanceof int[] ints) {
            return Arrays.stream(ints).boxed().toList();
        }
        return argument instanceof long[] longs ? Arrays.stream(longs).boxed().toList() : argument;
    }

    static Map<String, Object> constant(Tensor tensor) {
        Map<String, Object> constant = new LinkedHashMap<>();
        constant.put("shape", tensor.shape().sizes());
        constant.put("dtype", tensor.dtype().toString());
        constant.put("elements", tensor.toDoubles());
        return constant;
    }

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(results.toString()).append(" = ").append(kind);
        for (Object argument : arguments) {
            line.append(' ').append(text(argument));
        }
        return line + (error.isEmpty() ? "" : " // " + error);
    }

    private static String text(Object argument) {
        if (argument instanceof Map<?, ?> map) {
            return map.containsKey("tensor")
                    ? "#" + map.get("tensor")
                    : Arrays.toString((double[]) map.get("elements"));
        }
        return argument.toString();
    }
}
