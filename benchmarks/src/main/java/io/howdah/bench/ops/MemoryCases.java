// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import static io.howdah.bench.ops.OpTable.indices;
import static io.howdah.bench.ops.OpTable.random;

import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.RowNorms;
import io.howdah.trainer.ops.Softmaxes;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** Operations bound by memory. */
final class MemoryCases {
    private static final long MEBI = 1 << 20;

    private MemoryCases() {}

    static void addTo(List<OpCase> cases, DType dtype) {
        int bytes = dtype.bytes();
        add(cases, "layer_norm", "2048x384", dtype, 2.0 * 2048 * 384 * bytes, () -> {
            Tensor x = random(dtype, 2048, 384);
            Tensor weight = random(dtype, 384);
            Tensor bias = random(dtype, 384);
            return () ->
                    RowNorms.layerNorm(x, weight.shape(), weight, bias, 1e-5).close();
        });
        add(cases, "softmax", "2048x512", dtype, 2.0 * 2048 * 512 * bytes, () -> {
            Tensor x = random(dtype, 2048, 512);
            return () -> Softmaxes.softmax(x, -1).close();
        });
        add(cases, "add", "1048576", dtype, 3.0 * MEBI * bytes, () -> {
            Tensor x = random(dtype, MEBI);
            Tensor y = random(dtype, MEBI);
            return () -> Arithmetic.add(x, y).close();
        });
        add(cases, "gelu", "1048576", dtype, 2.0 * MEBI * bytes, () -> {
            Tensor x = random(dtype, MEBI);
            return () -> Activations.gelu(x).close();
        });
        add(cases, "sum", "1048576", dtype, 1.0 * MEBI * bytes, () -> {
            Tensor x = random(dtype, MEBI);
            return () -> Reductions.sum(x).close();
        });
        add(cases, "transpose copy", "2048x384", dtype, 2.0 * 2048 * 384 * bytes, () -> {
            Tensor x = Views.transpose(random(dtype, 2048, 384), 0, 1);
            return () -> Copies.contiguous(x).close();
        });
    }

    static void addTo(List<OpCase> cases) {
        DType dtype = DType.FLOAT32;
        add(cases, "cast f32->bf16", "1048576", dtype, 6.0 * MEBI, () -> {
            Tensor x = random(dtype, MEBI);
            return () -> Casts.to(x, DType.BFLOAT16).close();
        });
        add(cases, "cross_entropy", "2048x512", dtype, 2048.0 * 512 * 4, () -> {
            Tensor x = random(dtype, 2048, 512);
            Tensor targets = indices(2048, 512);
            return () -> Losses.crossEntropy(x, targets, Losses.Reduction.MEAN).close();
        });
        add(cases, "embedding", "50000x384[2048]", dtype, 2.0 * 2048 * 384 * 4, () -> {
            Tensor table = random(dtype, 50_000, 384);
            Tensor ids = indices(2048, 50_000);
            return () -> Lookup.embedding(table, ids).close();
        });
    }

    private static void add(
            List<OpCase> cases, String op, String shape, DType dtype, double work, Supplier<Runnable> prepare) {
        cases.add(new OpCase(new Row.Key(op, shape, dtype.toString()), work, OpCase.BYTES, prepare));
    }
}
