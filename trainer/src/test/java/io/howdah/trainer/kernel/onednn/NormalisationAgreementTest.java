// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Samples;
import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Softmax, cross-entropy and normalisations give what the Java kernels give. */
@ExtendWith(InStepScope.class)
class NormalisationAgreementTest {
    static final List<DType> DTYPES = List.of(Agreement.FLOATS);
    private final Agreement samples = new Agreement();

    @ParameterizedTest
    @FieldSource("DTYPES")
    void softmax(DType dtype) {
        for (Memory memory : Memory.values()) {
            for (long[] sizes : new long[][] {{64, 70}, {3, 40, 50}, {2, 3, 16, 64}, {1, 5000}, {5000, 1}}) {
                Tensor in = samples.sample(dtype, memory, sizes);
                Tensor gradOut = samples.sample(dtype, memory, sizes);
                maskSome(in);
                for (boolean logarithm : new boolean[] {false, true}) {
                    Agreement.check("softmax", 1e-2, (k, out) -> k.softmax(logarithm, in, out), dtype, memory, sizes);
                    Tensor result = Samples.empty(dtype, memory, sizes);
                    Agreement.JAVA.softmax(logarithm, in, result);
                    Agreement.check(
                            "softmax′",
                            logarithm ? 20 : 0.1,
                            (k, out) -> k.softmaxGrad(logarithm, result, gradOut, out),
                            dtype,
                            memory,
                            sizes);
                }
            }
        }
    }

    /** The first row −∞ alone, the second half so, the third with a NaN, where there are so many. */
    private static void maskSome(Tensor in) {
        long width = in.size(-1);
        long[] index = {0};
        Elements.forEach(in, address -> {
            long row = index[0] / width;
            long column = index[0]++ % width;
            if (row == 0 && width > 1 || row == 1 && column % 2 == 0 && width > 1) {
                Elements.put(in.dtype(), address, Double.NEGATIVE_INFINITY);
            } else if (row == 2 && column == 0) {
                Elements.put(in.dtype(), address, Double.NaN);
            }
        });
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void crossEntropy(DType dtype) {
        for (Memory memory : Memory.values()) {
            Tensor logits = samples.sample(dtype, memory, 60, 90);
            Tensor targets = Tensor.zeros(DType.INT64, Shape.of(60));
            for (int i = 0; i < 60; i++) {
                Elements.putLong(DType.INT64, targets.address() + 8L * i, i * 7 % 90);
            }
            for (DType wide : new DType[] {dtype, DType.FLOAT32}) {
                Tensor sums = Tensor.zeros(wide, Shape.of(60));
                Tensor losses = Tensor.zeros(wide, Shape.of(60));
                Agreement.JAVA.crossEntropy(logits, targets, losses, sums);
                Tensor gradLosses = samples.sample(wide, 60);
                check("losses", 1, (k, out) -> k.crossEntropy(logits, targets, out, sums), wide, 60);
                check("sums", 1, (k, out) -> k.crossEntropy(logits, targets, losses, out), wide, 60);
                check(
                        "gradient",
                        0.1,
                        (k, out) -> k.crossEntropyGrad(logits, targets, sums, gradLosses, out),
                        dtype,
                        60,
                        90);
            }
        }
    }

    private static void check(
            String what, double scale, BiConsumer<Backend, Tensor> kernel, DType dtype, long... sizes) {
        Agreement.check(what, scale, kernel, dtype, Memory.CONTIGUOUS, sizes);
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void rowNorms(DType dtype) {
        for (long[] sizes : new long[][] {{40, 120}, {3, 2000}, {1500, 3}}) {
            long rows = sizes[0];
            long width = sizes[1];
            Tensor in = samples.sample(dtype, sizes);
            Tensor gradOut = samples.sample(dtype, sizes);
            for (int optional = 0; optional < 8; optional++) {
                Tensor weight = (optional & 1) == 0 ? null : samples.sample(dtype, width);
                Tensor bias = (optional & 2) == 0 ? null : samples.sample(dtype, width);
                Tensor means = (optional & 4) == 0 ? null : Tensor.zeros(DType.FLOAT32, Shape.of(rows));
                Tensor inverses = Tensor.zeros(DType.FLOAT32, Shape.of(rows));
                Tensor spare = Tensor.zeros(dtype, in.shape());
                check("norm", 3, (k, out) -> k.rowNorm(in, weight, bias, 1e-5, out, means, inverses), dtype, sizes);
                check("r", 1, (k, out) -> k.rowNorm(in, weight, bias, 1e-5, spare, means, out), DType.FLOAT32, rows);
                if (means != null) {
                    check(
                            "means",
                            1,
                            (k, out) -> k.rowNorm(in, weight, bias, 1e-5, spare, out, inverses),
                            DType.FLOAT32,
                            rows);
                }
                Agreement.JAVA.rowNorm(in, weight, bias, 1e-5, spare, means, inverses);
                check(
                        "gradient",
                        10,
                        (k, out) -> k.rowNormGrad(in, weight, means, inverses, gradOut, out, null, null),
                        dtype,
                        sizes);
                check(
                        "gradient of weight",
                        rows,
                        (k, out) -> k.rowNormGrad(in, weight, means, inverses, gradOut, spare, out, null),
                        dtype,
                        width);
                check(
                        "gradient of bias",
                        rows,
                        (k, out) -> k.rowNormGrad(in, weight, means, inverses, gradOut, null, null, out),
                        dtype,
                        width);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void channelNorms(DType dtype) {
        for (long[] sizes : new long[][] {
            {4, 20, 60}, {300, 17, 1}, {1, 3, 2000}, {200, 11, 2}, {100, 17, 3}, {60, 16, 7}, {1, 5000, 1}
        }) {
            long channels = sizes[1];
            Tensor in = samples.sample(dtype, sizes);
            Tensor gradOut = samples.sample(dtype, sizes);
            Tensor means = Tensor.zeros(DType.FLOAT32, Shape.of(channels));
            Tensor variances = Tensor.zeros(DType.FLOAT32, Shape.of(channels));
            Tensor spare = Tensor.zeros(dtype, in.shape());
            checkMoments(in, spare, means, variances);
            for (int optional = 0; optional < 8; optional++) {
                Tensor weight = (optional & 1) == 0 ? null : samples.sample(dtype, channels);
                Tensor bias = (optional & 2) == 0 ? null : samples.sample(dtype, channels);
                boolean batch = (optional & 4) != 0;
                check(
                        "batch norm",
                        3,
                        (k, out) -> k.batchNorm(in, weight, bias, 1e-5, out, means, variances),
                        dtype,
                        sizes);
                Agreement.JAVA.batchNorm(in, weight, bias, 1e-5, spare, means, variances);
                Tensor inverses = Tensor.zeros(DType.FLOAT32, variances.shape());
                Agreement.JAVA.convert(variances, inverses);
                Moments.toInverses(inverses, 1e-5);
                check("norm", 3, (k, out) -> k.channelNorm(in, means, inverses, weight, bias, out), dtype, sizes);
                check(
                        "gradient",
                        10,
                        (k, out) -> k.channelNormGrad(batch, in, means, inverses, weight, gradOut, out, null, null),
                        dtype,
                        sizes);
                check(
                        "gradient of weight",
                        1000,
                        (k, out) -> k.channelNormGrad(batch, in, means, inverses, weight, gradOut, spare, out, null),
                        dtype,
                        channels);
                check(
                        "gradient of bias",
                        1000,
                        (k, out) -> k.channelNormGrad(batch, in, means, inverses, weight, gradOut, null, null, out),
                        dtype,
                        channels);
            }
        }
    }

    private void checkMoments(Tensor in, Tensor spare, Tensor means, Tensor variances) {
        long channels = in.size(1);
        check(
                "means",
                1,
                (k, out) -> k.batchNorm(in, null, null, 1e-5, spare, out, variances),
                DType.FLOAT32,
                channels);
        check(
                "variances",
                1,
                (k, out) -> k.batchNorm(in, null, null, 1e-5, spare, means, out),
                DType.FLOAT32,
                channels);
    }
}
