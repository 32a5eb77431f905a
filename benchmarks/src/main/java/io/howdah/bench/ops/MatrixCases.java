// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import static io.howdah.bench.ops.OpTable.random;

import io.howdah.trainer.ops.Attention;
import io.howdah.trainer.ops.AttentionOptions;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Convolutions;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** Operations bound by arithmetic. */
final class MatrixCases {
    private static final int[][] LINEAR = {{512, 512, 512}, {2048, 384, 1536}, {2048, 1536, 384}, {8, 1024, 4096}};

    private MatrixCases() {}

    static void addTo(List<OpCase> cases, DType dtype) {
        for (int[] sizes : LINEAR) {
            long m = sizes[0];
            long k = sizes[1];
            long n = sizes[2];
            add(cases, "linear", m + "x" + k + "x" + n, dtype, 2.0 * m * k * n, () -> {
                Tensor x = random(dtype, m, k);
                Tensor weight = random(dtype, n, k);
                return () -> Matrices.linear(x, weight, null).close();
            });
        }
        add(cases, "bmm", "48x256x64x256", dtype, 2.0 * 48 * 256 * 64 * 256, () -> {
            Tensor a = random(dtype, 48, 256, 64);
            Tensor b = random(dtype, 48, 64, 256);
            return () -> Matrices.matmul(a, b).close();
        });
        add(cases, "attention causal", "8x6x256x64", dtype, 4.0 * 48 * 256 * 256 * 64, () -> {
            Tensor q = random(dtype, 8, 6, 256, 64);
            return () -> Attention.scaledDotProduct(q, q, q, AttentionOptions.DEFAULT.withCausal())
                    .close();
        });
        add(cases, "conv2d 3x3", "64x64x32x32", dtype, 2.0 * 64 * 64 * 64 * 9 * 1024, () -> {
            Tensor x = random(dtype, 64, 64, 32, 32);
            Tensor weight = random(dtype, 64, 64, 3, 3);
            return () -> Convolutions.conv2d(x, weight, null, ConvolutionSettings.DEFAULT.withPadding(1))
                    .close();
        });
    }

    private static void add(
            List<OpCase> cases, String op, String shape, DType dtype, double work, Supplier<Runnable> prepare) {
        cases.add(new OpCase(new Row.Key(op, shape, dtype.toString()), work, OpCase.FLOPS, prepare));
    }
}
