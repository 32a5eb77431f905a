// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Bounds;
import io.howdah.trainer.ops.Extremes;
import io.howdah.trainer.ops.Extremes.Indexed;
import io.howdah.trainer.ops.Logic;
import io.howdah.trainer.ops.Moments;
import io.howdah.trainer.ops.Norms;
import io.howdah.trainer.ops.Products;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Scans;
import io.howdah.trainer.ops.Sorting;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Reductions, scans and orderings. */
final class ReductionCases {
    private ReductionCases() {}

    /** A function of elements over dimensions. */
    private interface Reduction {
        Tensor of(Tensor x, boolean keep, int... dimensions);
    }

    /** A function along one dimension that also gives indices. */
    private interface Extreme {
        Indexed of(Tensor x, int dimension, boolean keep);
    }

    static void addTo(Table table) {
        table.add(
                "sum",
                call -> reduce(
                        call,
                        (x, keep, over) -> call.has(GoldenCall.KEYWORD, "dtype")
                                ? Reductions.sum(x, call.dtype(GoldenCall.KEYWORD, "dtype"), keep, over)
                                : Reductions.sum(x, keep, over)));
        table.add(
                "mean",
                call -> reduce(
                        call,
                        (x, keep, over) -> call.has(GoldenCall.KEYWORD, "dtype")
                                ? Reductions.mean(x, call.dtype(GoldenCall.KEYWORD, "dtype"), keep, over)
                                : Reductions.mean(x, keep, over)));
        table.add("amax", call -> reduce(call, Extremes::amax));
        table.add("amin", call -> reduce(call, Extremes::amin));
        table.add("all", call -> reduce(call, Logic::all));
        table.add("any", call -> reduce(call, Logic::any));
        table.add("logsumexp", call -> reduce(call, Norms::logSumExp));
        addMoments(table);
        addExtremes(table);
        table.add(
                "norm",
                call -> Norms.norm(
                        call.tensor(0),
                        call.isText(1, "p") && call.text(1, "p").equals("fro") ? 2 : call.number(1, "p", 2),
                        call.flag(3, "keepdim", false),
                        call.dimensions(2, "dim")));
        table.add("count_nonzero", call -> Logic.countNonzero(call.tensor(0), call.dimensions(1, "dim")));
        table.addAll(
                "kthvalue",
                call -> both(Sorting.kthValue(
                        call.tensor(0),
                        call.integer(1, "k"),
                        call.integer(2, "dim", -1),
                        call.flag(3, "keepdim", false))));
        table.addAll(
                "median",
                call -> call.has(1, "dim")
                        ? both(Sorting.median(call.tensor(0), call.integer(1, "dim"), call.flag(2, "keepdim", false)))
                        : List.of(Sorting.median(call.tensor(0))));
        addOrders(table);
    }

    private static void addOrders(Table table) {
        table.add("argsort", call -> {
            // All our sorts are stable.
            call.flag(GoldenCall.KEYWORD, "stable", true);
            return Sorting.argSort(call.tensor(0), call.integer(1, "dim", -1), call.flag(2, "descending", false));
        });
        table.add("prod", ReductionCases::product);
        table.add(
                "cumsum",
                call -> Scans.cumulativeSum(
                        call.tensor(0),
                        call.integer(1, "dim"),
                        call.dtype(GoldenCall.KEYWORD, "dtype", call.tensor(0).dtype())));
        table.add(
                "cumprod",
                call -> Scans.cumulativeProduct(
                        call.tensor(0),
                        call.integer(1, "dim"),
                        call.dtype(GoldenCall.KEYWORD, "dtype", call.tensor(0).dtype())));
        table.addAll("sort", call -> {
            // All our sorts are stable.
            call.flag(GoldenCall.KEYWORD, "stable", true);
            return both(Sorting.sort(call.tensor(0), call.integer(1, "dim", -1), call.flag(2, "descending", false)));
        });
        table.addAll("topk", call -> {
            // All our results are sorted.
            call.flag(4, "sorted", true);
            return both(Sorting.topK(
                    call.tensor(0), call.integer(1, "k"), call.integer(2, "dim", -1), call.flag(3, "largest", true)));
        });
    }

    private static void addMoments(Table table) {
        table.add(
                "std",
                call -> reduce(call, (x, keep, over) -> Moments.standardDeviation(x, correction(call), keep, over)));
        table.add("var", call -> reduce(call, (x, keep, over) -> Moments.variance(x, correction(call), keep, over)));
        // Their first argument is whether the variance is unbiased.
        table.add(
                "std",
                "unbiased",
                call -> Moments.standardDeviation(call.tensor(0), call.flag(1, "unbiased", true) ? 1 : 0, false));
        table.add(
                "var",
                "unbiased",
                call -> Moments.variance(call.tensor(0), call.flag(1, "unbiased", true) ? 1 : 0, false));
    }

    private static double correction(GoldenCall call) {
        return call.flag(GoldenCall.KEYWORD, "unbiased", true) ? call.number(GoldenCall.KEYWORD, "correction", 1) : 0;
    }

    private static void addExtremes(Table table) {
        table.add("max", "reduction_no_dim", call -> Extremes.max(call.tensor(0)));
        table.add("min", "reduction_no_dim", call -> Extremes.min(call.tensor(0)));
        table.addAll("max", "reduction_with_dim", call -> along(call, Extremes::max));
        table.addAll("min", "reduction_with_dim", call -> along(call, Extremes::min));
        table.add("max", call -> Bounds.maximum(call.tensor(0), call.tensor(1, "other")));
        table.add("min", call -> Bounds.minimum(call.tensor(0), call.tensor(1, "other")));
        table.add(
                "argmax",
                call -> call.has(1, "dim")
                        ? Extremes.argMax(call.tensor(0), call.integer(1, "dim"), call.flag(2, "keepdim", false))
                        : Extremes.argMax(call.tensor(0)));
        table.add(
                "argmin",
                call -> call.has(1, "dim")
                        ? Extremes.argMin(call.tensor(0), call.integer(1, "dim"), call.flag(2, "keepdim", false))
                        : Extremes.argMin(call.tensor(0)));
    }

    private static Tensor product(GoldenCall call) {
        Tensor x = call.tensor(0);
        boolean converted = call.has(GoldenCall.KEYWORD, "dtype");
        if (!call.has(1, "dim")) {
            return converted ? Products.product(x, call.dtype(GoldenCall.KEYWORD, "dtype")) : Products.product(x);
        }
        int dimension = call.integer(1, "dim");
        boolean keep = call.flag(2, "keepdim", false);
        return converted
                ? Products.product(x, call.dtype(GoldenCall.KEYWORD, "dtype"), dimension, keep)
                : Products.product(x, dimension, keep);
    }

    private static Tensor reduce(GoldenCall call, Reduction reduction) {
        return reduction.of(call.tensor(0), call.flag(2, "keepdim", false), call.dimensions(1, "dim"));
    }

    private static List<Tensor> along(GoldenCall call, Extreme extreme) {
        return both(extreme.of(call.tensor(0), call.integer(1, "dim"), call.flag(2, "keepdim", false)));
    }

    private static List<Tensor> both(Indexed indexed) {
        return List.of(indexed.values(), indexed.indices());
    }
}
