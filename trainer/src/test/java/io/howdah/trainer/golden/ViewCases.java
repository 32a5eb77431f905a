// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Creation;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.ops.Padding;
import io.howdah.trainer.ops.RandomNumbers;
import io.howdah.trainer.ops.Repetition;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.Splits;
import io.howdah.trainer.ops.StridedViews;
import io.howdah.trainer.ops.Triangles;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/** Creation, views, and copies that only move elements. */
final class ViewCases {
    private ViewCases() {}

    static void addTo(Table table) {
        addCreation(table);
        addRandom(table);
        addViews(table);
        addSlices(table);
        addMoves(table);
    }

    private static void addCreation(Table table) {
        table.add(
                "linspace",
                call -> Creation.linspace(dtype(call), bound(call, 0), bound(call, 1), call.integer(2, "steps")));
        table.add("arange", ViewCases::arange);
        table.add("tril_indices", call -> triangle(call, Triangles::trilIndices));
        table.add("triu_indices", call -> triangle(call, Triangles::triuIndices));
        table.add("to", ViewCases::converted);
        table.add("eye", call -> {
            int rows = call.integer(0, "n");
            return Creation.eye(dtype(call), rows, call.integer(1, "m", rows));
        });
        table.add("zeros", call -> Creation.zeros(dtype(call), call.sizes(0, "size")));
        table.add("ones", call -> Creation.ones(dtype(call), call.sizes(0, "size")));
        table.add("empty", call -> {
            call.markRandom();
            return Creation.empty(dtype(call), call.sizes(0, "size"));
        });
        table.add("full", call -> Creation.full(dtype(call), call.number(1, "value"), call.integers(0, "size")));
        table.add("zeros_like", call -> Creation.zerosLike(typed(call)));
        table.add("ones_like", call -> Creation.onesLike(typed(call)));
        table.add("full_like", call -> Creation.fullLike(typed(call), call.number(1, "value")));
        table.add("fill", call -> Copies.fillInPlace(Copies.clone(call.tensor(0)), call.number(1, "value")));
        table.add("contiguous", call -> Copies.contiguous(call.tensor(0)));
        table.add("clone", call -> Copies.clone(call.tensor(0)));
    }

    private static void addRandom(Table table) {
        table.add("rand_like", call -> {
            call.markRandom();
            return RandomNumbers.randLike(typed(call));
        });
        table.add("randn_like", call -> {
            call.markRandom();
            return RandomNumbers.randnLike(typed(call));
        });
        table.add("randn", call -> {
            call.markRandom();
            return RandomNumbers.randn(dtype(call), call.sizes(0, "size"));
        });
        table.add("randint", call -> {
            call.markRandom();
            boolean bounded = call.isInteger(1, "high");
            return RandomNumbers.randint(
                    call.dtype(GoldenCall.KEYWORD, "dtype", DType.INT64),
                    bounded ? call.integer(0, "low") : 0,
                    call.integer(bounded ? 1 : 0, "high"),
                    call.integers(bounded ? 2 : 1, "size"));
        });
        table.add("bernoulli", call -> {
            call.markRandom();
            return RandomNumbers.bernoulli(call.tensor(0));
        });
    }

    private static DType dtype(GoldenCall call) {
        call.value(GoldenCall.KEYWORD, "requires_grad");
        return call.dtype(GoldenCall.KEYWORD, "dtype", DType.FLOAT32);
    }

    private static Tensor typed(GoldenCall call) {
        return Casts.to(
                call.tensor(0),
                call.dtype(GoldenCall.KEYWORD, "dtype", call.tensor(0).dtype()));
    }

    private static double bound(GoldenCall call, int position) {
        String name = position == 0 ? "start" : "end";
        return call.isTensor(position, name) ? call.tensor(position, name).item() : call.number(position, name);
    }

    /** {@code x.to(dtype, …)}, {@code x.to(device, dtype, …)} or {@code x.to(other, …)}, with two flags behind. */
    private static Tensor converted(GoldenCall call) {
        int flags = call.isText(1, "device") ? 3 : 2;
        DType dtype = call.isTensor(1, "other") ? call.tensor(1, "other").dtype() : call.dtype(flags - 1, "dtype");
        call.flag(flags, "non_blocking", false);
        Tensor x = Casts.to(call.tensor(0), dtype);
        return call.flag(flags + 1, "copy", false) ? Copies.clone(x) : x;
    }

    private interface Triangle {
        Tensor indices(long rows, long columns, long diagonal);
    }

    private static Tensor triangle(GoldenCall call, Triangle triangle) {
        Tensor indices = triangle.indices(call.integer(0, "row"), call.integer(1, "col"), call.integer(2, "offset", 0));
        return Casts.to(indices, call.dtype(GoldenCall.KEYWORD, "dtype", DType.INT64));
    }

    private static Tensor arange(GoldenCall call) {
        boolean bounded = call.has(1, "end");
        boolean whole = call.isInteger(0, "start") && (!bounded || call.isInteger(1, "end"));
        if (whole && !call.has(GoldenCall.KEYWORD, "dtype")) {
            return Creation.arange(
                    bounded ? call.integer(0, "start") : 0,
                    call.integer(bounded ? 1 : 0, "end"),
                    call.integer(2, "step", 1));
        }
        return Creation.arange(
                dtype(call),
                bounded ? call.number(0, "start") : 0,
                call.number(bounded ? 1 : 0, "end"),
                call.number(2, "step", 1));
    }

    private static void addViews(Table table) {
        table.add("reshape", call -> Views.reshape(call.tensor(0), call.sizes(1, "shape")));
        table.add("view", call -> Views.view(call.tensor(0), call.sizes(1, "shape")));
        table.addLayoutBound("view");
        table.add(
                "flatten",
                call -> Views.flatten(call.tensor(0), call.integer(1, "start_dim", 0), call.integer(2, "end_dim", -1)));
        table.add("expand", call -> Views.expand(call.tensor(0), call.sizes(1, "size")));
        table.add("broadcast_to", call -> Views.expand(call.tensor(0), call.sizes(1, "size")));
        table.add(
                "unflatten",
                call -> Views.unflatten(call.tensor(0), call.integer(1, "dim"), call.integers(2, "sizes")));
        table.add("expand_as", call -> Views.expandAs(call.tensor(0), call.tensor(1, "other")));
        table.add(
                "transpose", call -> Views.transpose(call.tensor(0), call.integer(1, "dim0"), call.integer(2, "dim1")));
        table.add("t", call -> Views.t(call.tensor(0)));
        table.add("permute", call -> Views.permute(call.tensor(0), call.dimensions(1, "dims")));
        table.add(
                "movedim",
                call -> Views.movedim(call.tensor(0), call.dimensions(1, "source"), call.dimensions(2, "destination")));
        table.add("squeeze", call -> Views.squeeze(call.tensor(0), call.dimensions(1, "dim")));
        // No dimensions are none here, unlike in our API.
        table.add("squeeze", "multiple", call -> {
            int[] dimensions = call.dimensions(1, "dim");
            return dimensions.length == 0
                    ? Views.view(call.tensor(0), call.tensor(0).shape().sizes())
                    : Views.squeeze(call.tensor(0), dimensions);
        });
        table.add("unsqueeze", call -> Views.unsqueeze(call.tensor(0), call.integer(1, "dim")));
    }

    private static void addSlices(Table table) {
        table.add(
                "narrow",
                call -> Slices.narrow(
                        call.tensor(0),
                        call.integer(1, "dim"),
                        call.isTensor(2, "start") ? index(call.tensor(2, "start")) : call.integer(2, "start"),
                        call.integer(3, "length")));
        table.add(
                "slice",
                call -> Slices.slice(
                        call.tensor(0),
                        call.integer(1, "dim", 0),
                        call.integer(2, "start", 0),
                        call.has(3, "end") ? call.integer(3, "end") : Slices.END,
                        call.integer(4, "step", 1)));
        table.add("select", call -> Slices.select(call.tensor(0), call.integer(1, "dim"), call.integer(2, "index")));
        table.add(
                "diagonal",
                call -> Slices.diagonal(
                        call.tensor(0),
                        call.integer(1, "offset", 0),
                        call.integer(2, "dim1", 0),
                        call.integer(3, "dim2", 1)));
        table.add(
                "unfold",
                call -> Slices.unfold(
                        call.tensor(0),
                        call.integer(1, "dimension"),
                        call.integer(2, "size"),
                        call.integer(3, "step")));
        addPieces(table);
    }

    private static void addPieces(Table table) {
        table.addAll(
                "split",
                call -> call.isList(1, "split_size_or_sections")
                        ? Splits.split(
                                call.tensor(0), call.integers(1, "split_size_or_sections"), call.integer(2, "dim", 0))
                        : Splits.split(
                                call.tensor(0), call.integer(1, "split_size_or_sections"), call.integer(2, "dim", 0)));
        table.addAll(
                "split_with_sizes",
                call -> Splits.split(call.tensor(0), call.integers(1, "split_sizes"), call.integer(2, "dim", 0)));
        table.addAll(
                "chunk", call -> Splits.chunk(call.tensor(0), call.integer(1, "chunks"), call.integer(2, "dim", 0)));
        table.addAll("unbind", call -> Splits.unbind(call.tensor(0), call.integer(1, "dim", 0)));
        table.add("as_strided", call -> {
            Tensor x = call.tensor(0);
            // Ours counts from the tensor's first element, PyTorch's from the storage's.
            long offset = call.has(3, "storage_offset") ? call.integer(3, "storage_offset") - x.offset() : 0;
            return StridedViews.asStrided(x, Shape.of(call.integers(1, "size")), call.integers(2, "stride"), offset);
        });
        table.addLayoutBound("as_strided");
        table.add(
                "as_strided_scatter",
                call -> StridedViews.asStridedScatter(
                        call.tensor(0),
                        Views.expand(call.tensor(1, "src"), call.integers(2, "size")),
                        call.integers(3, "stride"),
                        call.integer(4, "storage_offset", 0)));
        table.addLayoutBound("as_strided_scatter");
        // It gives the base a gradient where the elements were replaced, and none where they stayed.
        table.addWrongGradient("as_strided_scatter");
    }

    private static long index(Tensor start) {
        if (start.dtype().kind() != DType.Kind.INTEGRAL || start.shape().rank() > 0) {
            throw new IllegalArgumentException("Cannot call narrow: start=" + start + ", expected an integer");
        }
        return start.toLongs()[0];
    }

    private static void addMoves(Table table) {
        table.add("cat", call -> Joins.cat(call.tensors(0, "tensors"), call.integer(1, "dim", 0)));
        table.add("hstack", call -> Joins.hstack(call.tensors(0, "tensors")));
        table.add("vstack", call -> Joins.vstack(call.tensors(0, "tensors")));
        table.addAll("meshgrid", call -> {
            List<Tensor> grids =
                    Joins.meshgrid(call.isList(0, "tensors") ? call.tensors(0, "tensors") : call.tensorsFrom(0));
            // Ours has the rows first.
            boolean columns = call.text(GoldenCall.KEYWORD, "indexing", "ij").equals("xy") && grids.size() > 1;
            return columns
                    ? grids.stream().map(grid -> Views.transpose(grid, 0, 1)).toList()
                    : grids;
        });
        table.add("stack", call -> Joins.stack(call.tensors(0, "tensors"), call.integer(1, "dim", 0)));
        table.add("nn.functional.pad", call -> {
            String mode = call.text(2, "mode", "constant");
            return mode.equals("constant")
                    ? Padding.pad(call.tensor(0), call.number(3, "value", 0), call.integers(1, "pad"))
                    : Padding.pad(
                            call.tensor(0),
                            Padding.Mode.valueOf(mode.toUpperCase(Locale.ROOT)),
                            call.integers(1, "pad"));
        });
        table.add(
                "roll",
                call -> Repetition.roll(call.tensor(0), call.integers(1, "shifts"), call.dimensions(2, "dims")));
        table.add(
                "flip",
                call -> call.dimensions(1, "dims").length == 0
                        ? Copies.clone(call.tensor(0))
                        : Repetition.flip(call.tensor(0), call.dimensions(1, "dims")));
        table.add("repeat", call -> Repetition.repeat(call.tensor(0), call.integers(1, "repeats")));
        table.add("tile", call -> Repetition.tile(call.tensor(0), call.integers(1, "dims")));
        table.add("repeat_interleave", ViewCases::repeatInterleave);
        table.add("tril", call -> Triangles.tril(call.tensor(0), call.integer(1, "diagonal", 0)));
        table.add("triu", call -> Triangles.triu(call.tensor(0), call.integer(1, "diagonal", 0)));
    }

    private static Tensor repeatInterleave(GoldenCall call) {
        call.value(GoldenCall.KEYWORD, "output_size");
        Tensor x = call.has(2, "dim") ? call.tensor(0) : Views.flatten(call.tensor(0));
        int dimension = call.integer(2, "dim", 0);
        return call.isTensor(1, "repeats")
                ? Repetition.repeatInterleave(x, call.tensor(1, "repeats"), dimension)
                : Repetition.repeatInterleave(x, call.integer(1, "repeats"), dimension);
    }
}
