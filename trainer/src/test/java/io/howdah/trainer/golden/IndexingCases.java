// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Index;
import io.howdah.trainer.ops.Indexing;
import io.howdah.trainer.ops.Masks;
import io.howdah.trainer.ops.Scatters;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.Splits;
import io.howdah.trainer.ops.Subscript;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Indexing, gathering, scattering, and masks. */
final class IndexingCases {
    private IndexingCases() {}

    static void addTo(Table table) {
        addIndices(table);
        addScatters(table);
        addMasks(table);
    }

    private static void addIndices(Table table) {
        table.add("take", call -> Indexing.take(call.tensor(0), call.tensor(1, "index")));
        table.add(
                "put",
                call -> Indexing.put(
                        call.tensor(0),
                        call.tensor(1, "index"),
                        call.tensor(2, "source"),
                        call.flag(3, "accumulate", false)));
        table.add(
                "take_along_dim",
                call -> call.has(2, "dim")
                        ? Scatters.takeAlongDim(call.tensor(0), call.tensor(1, "indices"), call.integer(2, "dim"))
                        : Scatters.takeAlongDim(call.tensor(0), call.tensor(1, "indices")));
        table.addAll("nonzero", call -> {
            boolean tuple = call.flag(GoldenCall.KEYWORD, "as_tuple", false);
            Tensor x = call.tensor(0);
            return tuple
                    ? Splits.unbind(Masks.nonzero(x.shape().rank() == 0 ? Views.view(x, 1) : x), 1)
                    : List.of(Masks.nonzero(x));
        });
        table.add("__getitem__", call -> Subscript.get(call.tensor(0), indices(call.value(1, "indices"))));
        addSelections(table);
    }

    private static void addSelections(Table table) {
        table.add(
                "index_put",
                call -> Subscript.indexPut(
                        call.tensor(0),
                        call.tensor(2, "values"),
                        call.flag(3, "accumulate", false),
                        indices(call.list(1, "indices"))));
        table.add(
                "index_select",
                call -> Indexing.indexSelect(call.tensor(0), call.integer(1, "dim"), call.tensor(2, "index")));
        table.add(
                "index_add",
                call -> Indexing.indexAdd(
                        call.tensor(0),
                        call.integer(1, "dim"),
                        call.tensor(2, "index"),
                        call.tensor(3, "source"),
                        call.number(GoldenCall.KEYWORD, "alpha", 1)));
        table.add(
                "index_copy",
                call -> Indexing.indexCopy(
                        call.tensor(0), call.integer(1, "dim"), call.tensor(2, "index"), call.tensor(3, "source")));
        table.add(
                "index_fill",
                call -> call.isTensor(3, "value")
                        ? Indexing.indexFill(
                                call.tensor(0),
                                call.integer(1, "dim"),
                                call.tensor(2, "index"),
                                call.tensor(3, "value"))
                        : Indexing.indexFill(
                                call.tensor(0),
                                call.integer(1, "dim"),
                                call.tensor(2, "index"),
                                call.number(3, "value")));
    }

    private static void addScatters(Table table) {
        table.add("gather", call -> Scatters.gather(call.tensor(0), call.integer(1, "dim"), call.tensor(2, "index")));
        table.add(
                "scatter",
                call -> call.isTensor(3, "src")
                        ? Scatters.scatter(
                                call.tensor(0), call.integer(1, "dim"), call.tensor(2, "index"), call.tensor(3, "src"))
                        : Scatters.scatter(
                                call.tensor(0),
                                call.integer(1, "dim"),
                                call.tensor(2, "index"),
                                call.number(3, "src")));
        table.add(
                "scatter_add",
                call -> Scatters.scatterAdd(
                        call.tensor(0), call.integer(1, "dim"), call.tensor(2, "index"), call.tensor(3, "src")));
    }

    private static void addMasks(Table table) {
        table.add("nn.functional.one_hot", call -> {
            int classes = call.integer(1, "num_classes", -1);
            return classes < 0 ? Scatters.oneHot(call.tensor(0)) : Scatters.oneHot(call.tensor(0), classes);
        });
        table.add("masked_select", call -> Masks.maskedSelect(call.tensor(0), call.tensor(1, "mask")));
        table.add(
                "masked_scatter",
                call -> Masks.maskedScatter(call.tensor(0), call.tensor(1, "mask"), call.tensor(2, "source")));
    }

    /** A tuple, which arrives as a list, has several places, and a list of numbers is one. */
    private static Index[] indices(@Nullable Object value) {
        if (value instanceof List<?> list && !isNumbers(list)) {
            List<Index> indices = new ArrayList<>();
            list.forEach(element -> indices.add(index(element)));
            return indices.toArray(new Index[0]);
        }
        return new Index[] {index(value)};
    }

    private static boolean isNumbers(List<?> list) {
        return list.stream().allMatch(Long.class::isInstance);
    }

    private static Index index(@Nullable Object value) {
        if (value == null) {
            return Index.newAxis();
        }
        if (value instanceof Long number) {
            return Index.at(number);
        }
        if (value instanceof Tensor tensor) {
            return Index.of(tensor);
        }
        if (value instanceof List<?> list) {
            return Index.of(list.stream().mapToLong(element -> (Long) element).toArray());
        }
        if (value instanceof GoldenValues.Slice slice) {
            return Index.range(
                    slice.start() == null ? 0 : slice.start(),
                    slice.stop() == null ? Slices.END : slice.stop(),
                    slice.step() == null ? 1 : slice.step());
        }
        return Index.ellipsis();
    }
}
