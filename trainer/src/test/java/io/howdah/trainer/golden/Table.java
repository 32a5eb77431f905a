// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a golden case of each op and variant is run with our API. */
final class Table {
    private record Name(String op, String variant) {}

    private final Map<Name, Function<GoldenCall, List<Tensor>>> rows = new HashMap<>();
    private final Set<String> layoutBound = new HashSet<>();
    private final Set<String> wrongGradients = new HashSet<>();

    /** A row for all variants of {@code op} that have none of their own, with one result. */
    void add(String op, Function<GoldenCall, Tensor> row) {
        add(op, "", row);
    }

    /** A row for one variant of {@code op}, with one result. */
    void add(String op, String variant, Function<GoldenCall, Tensor> row) {
        addAll(op, variant, call -> List.of(row.apply(call)));
    }

    /** A row for all variants of {@code op} that have none of their own, with several results. */
    void addAll(String op, Function<GoldenCall, List<Tensor>> row) {
        addAll(op, "", row);
    }

    /** A row for one variant of {@code op}, with several results. */
    void addAll(String op, String variant, Function<GoldenCall, List<Tensor>> row) {
        if (rows.put(new Name(op, variant), row) != null) {
            throw new IllegalStateException("Cannot add row: op=" + op + " variant=" + variant
                    + " is there already, expected one row each; remove one");
        }
    }

    /** Notes that the result of {@code op} depends on the layout of its input, so that it is not tried on others. */
    void addLayoutBound(String op) {
        layoutBound.add(op);
    }

    boolean isLayoutBound(String op) {
        return layoutBound.contains(op);
    }

    /** Notes that PyTorch's gradient of {@code op} is wrong, so that only results are compared. */
    void addWrongGradient(String op) {
        wrongGradients.add(op);
    }

    boolean isGradientWrong(String op) {
        return wrongGradients.contains(op);
    }

    /** The row of the variant or else of the op; null if there is neither. */
    @Nullable
    Function<GoldenCall, List<Tensor>> find(String op, String variant) {
        Function<GoldenCall, List<Tensor>> row = rows.get(new Name(op, variant));
        return row == null ? rows.get(new Name(op, "")) : row;
    }
}
