// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.golden.GoldenValues.Layout;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one golden case. Most methods take a position and a name, either of which the case may have used:
 * position 0 is its {@code input}, its {@code args} follow; {@link #KEYWORD} is for arguments without a position.
 *
 * <p>A value of another kind than asked for is refused with an exception, as the compiler would refuse it; so is, by
 * {@link #checkAllRead}, an argument that nobody asked for.
 */
final class GoldenCall {
    /** The position of arguments that can be given by name alone. */
    static final int KEYWORD = -1;

    private final String op;
    private final List<@Nullable Object> positional = new ArrayList<>();
    private final Map<String, @Nullable Object> named = new LinkedHashMap<>();
    private final List<Tensor> leaves;
    private final Set<Object> unread = new LinkedHashSet<>();
    private boolean random;

    GoldenCall(JsonNode described, GoldenFolder folder, Layout layout) {
        this.op = described.get("op").asText();
        GoldenValues values = new GoldenValues(folder, layout);
        for (String part : List.of("input", "args", "kwargs")) {
            values.countUses(described.path(part));
        }
        positional.add(values.read(described.get("input")));
        described.path("args").path("list").forEach(node -> positional.add(values.read(node)));
        described
                .path("kwargs")
                .path("dict")
                .properties()
                .forEach(entry -> named.put(entry.getKey(), values.read(entry.getValue())));
        this.leaves = values.leaves();
        for (int i = 0; i < positional.size(); i++) {
            unread.add(i);
        }
        unread.addAll(named.keySet());
        unread.removeAll(List.of("device", "memory_format"));
    }

    String op() {
        return op;
    }

    /** The tensors that require gradients. */
    List<Tensor> leaves() {
        return leaves;
    }

    /** How many arguments were given by position, the input included. */
    int positions() {
        return positional.size();
    }

    /** To be called by rows whose result is random: only shapes and dtypes are compared then. */
    void markRandom() {
        random = true;
    }

    boolean isRandom() {
        return random;
    }

    /** Refuses arguments that nobody read. */
    void checkAllRead() {
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("Cannot call " + op + ": arguments=" + unread
                    + " are unknown, expected those of the API; leave them out");
        }
    }

    /** The argument, whatever it is; null if it was left out or is None. */
    @Nullable
    Object value(int position, String name) {
        if (named.containsKey(name)) {
            unread.remove(name);
            return named.get(name);
        }
        unread.remove(position);
        return position >= 0 && position < positional.size() ? positional.get(position) : null;
    }

    /** Whether the argument was given and is not None. */
    boolean has(int position, String name) {
        return value(position, name) != null;
    }

    boolean isTensor(int position, String name) {
        return value(position, name) instanceof Tensor;
    }

    boolean isList(int position, String name) {
        return value(position, name) instanceof List;
    }

    boolean isText(int position, String name) {
        return value(position, name) instanceof String;
    }

    /** Whether the argument is a number without a fraction. */
    boolean isInteger(int position, String name) {
        return value(position, name) instanceof Long;
    }

    Tensor tensor(int position, String name) {
        return (Tensor) required(Tensor.class, position, name);
    }

    /** The tensor at {@code position}. */
    Tensor tensor(int position) {
        return tensor(position, "");
    }

    @Nullable
    Tensor optionalTensor(int position, String name) {
        return has(position, name) ? tensor(position, name) : null;
    }

    /** A list of tensors, or one tensor as a list of it if {@code single} may be so. */
    List<Tensor> tensors(int position, String name) {
        List<Tensor> tensors = new ArrayList<>();
        for (Object element : list(position, name)) {
            tensors.add((Tensor) checked(Tensor.class, element, name));
        }
        return tensors;
    }

    /** All positional arguments from {@code position} on, as tensors. */
    List<Tensor> tensorsFrom(int position) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = position; i < positional.size(); i++) {
            tensors.add(tensor(i));
        }
        return tensors;
    }

    /** A list of anything. */
    List<?> list(int position, String name) {
        return (List<?>) required(List.class, position, name);
    }

    int integer(int position, String name) {
        return Math.toIntExact((Long) required(Long.class, position, name));
    }

    int integer(int position, String name, int otherwise) {
        return has(position, name) ? integer(position, name) : otherwise;
    }

    double number(int position, String name) {
        return number(required(Object.class, position, name), name);
    }

    double number(int position, String name, double otherwise) {
        return has(position, name) ? number(position, name) : otherwise;
    }

    private double number(Object value, String name) {
        if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        if (value instanceof String text) {
            return switch (text) {
                case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
                case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
                case "nan", "NaN" -> Double.NaN;
                default -> throw unfit(Number.class, value, name);
            };
        }
        return ((Number) checked(Number.class, value, name)).doubleValue();
    }

    boolean flag(int position, String name, boolean otherwise) {
        return has(position, name) ? (Boolean) required(Boolean.class, position, name) : otherwise;
    }

    String text(int position, String name) {
        return (String) required(String.class, position, name);
    }

    String text(int position, String name, String otherwise) {
        return has(position, name) ? text(position, name) : otherwise;
    }

    DType dtype(int position, String name) {
        return (DType) required(DType.class, position, name);
    }

    DType dtype(int position, String name, DType otherwise) {
        return has(position, name) ? dtype(position, name) : otherwise;
    }

    /** One integer or a list of them; none if left out. */
    long[] integers(int position, String name) {
        Object value = value(position, name);
        if (value == null) {
            return new long[0];
        }
        List<?> list = value instanceof List<?> several ? several : List.of(value);
        return list.stream()
                .mapToLong(element -> (Long) checked(Long.class, element, name))
                .toArray();
    }

    /** {@link #integers}, or these if left out. */
    long[] integers(int position, String name, long... otherwise) {
        return has(position, name) ? integers(position, name) : otherwise;
    }

    /** {@link #integers} as dimensions. */
    int[] dimensions(int position, String name) {
        long[] integers = integers(position, name);
        int[] dimensions = new int[integers.length];
        for (int i = 0; i < integers.length; i++) {
            dimensions[i] = Math.toIntExact(integers[i]);
        }
        return dimensions;
    }

    /** A list of integers at {@code position}, or all integers from there on: {@code x.view(2, 3)}, {@code x.view([2, 3])}. */
    long[] sizes(int position, String name) {
        if (!isInteger(position, name) || positional.size() <= position + 1) {
            return integers(position, name);
        }
        long[] sizes = new long[positional.size() - position];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = integer(position + i, name);
        }
        return sizes;
    }

    private Object required(Class<?> type, int position, String name) {
        return checked(type, value(position, name), name);
    }

    private Object checked(Class<?> type, @Nullable Object value, String name) {
        if (value == null || !type.isInstance(value)) {
            throw unfit(type, value, name);
        }
        return value;
    }

    private IllegalArgumentException unfit(Class<?> type, @Nullable Object value, String name) {
        return new IllegalArgumentException("Cannot call " + op + ": " + name + "=" + value + ", expected a "
                + type.getSimpleName() + "; correct the argument");
    }
}
