// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Samples;
import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.BiConsumer;

/** Compares the oneDNN kernels with the Java ones on the same inputs. */
final class Agreement {
    static final OneDnnBackend ONE_DNN = OneDnnBackend.load(Thresholds.NONE);
    static final JavaBackend JAVA = new JavaBackend();
    static final DType[] FLOATS = {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16};

    private static final double[] EDGES = {
        0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, -1, 200, -200, 88, -88, 1e-30
    };

    private final Philox random = new Philox(22, 1);

    /** Uniform in [−3, 3). */
    Tensor sample(DType dtype, Memory memory, long... sizes) {
        return Samples.uniform(dtype, memory, random, new double[] {-3, 3}, sizes);
    }

    Tensor sample(DType dtype, long... sizes) {
        return sample(dtype, Memory.CONTIGUOUS, sizes);
    }

    /** The edge values in turn. */
    static Tensor edges(DType dtype, int size) {
        Tensor tensor = Samples.empty(dtype, Memory.CONTIGUOUS, size);
        int[] next = {0};
        Elements.forEach(tensor, address -> Elements.put(dtype, address, EDGES[next[0]++ % EDGES.length]));
        return tensor;
    }

    /** Half a unit in the last place from either side, and what float32 arithmetic adds. */
    static double tolerance(DType dtype) {
        return switch (dtype) {
            case BFLOAT16 -> 1.0 / 128;
            case FLOAT16 -> 1.0 / 1024;
            default -> 1e-5;
        };
    }

    /**
     * Runs a kernel that writes one tensor on both backends.
     *
     * @param kernel fills the tensor given
     * @param scale size of intermediate values that errors are relative to
     */
    static void check(
            String what, double scale, BiConsumer<Backend, Tensor> kernel, DType dtype, Memory memory, long... sizes) {
        Tensor expected = Samples.empty(dtype, memory, sizes);
        Tensor actual = Samples.empty(dtype, memory, sizes);
        kernel.accept(JAVA, expected);
        kernel.accept(ONE_DNN, actual);
        assertClose(what, scale, actual, expected);
    }

    static void assertClose(String what, double scale, Tensor actual, Tensor expected) {
        double[] values = actual.toDoubles();
        double[] wanted = expected.toDoubles();
        for (int i = 0; i < values.length; i++) {
            double bound = tolerance(actual.dtype()) * Math.max(scale, Math.abs(wanted[i]));
            boolean same = Double.compare(values[i] + 0.0, wanted[i] + 0.0) == 0;
            if (!same && !(Math.abs(values[i] - wanted[i]) <= bound)) {
                assertThat(values[i])
                        .as("%s: element %d of %s", what, i, actual)
                        .isEqualTo(wanted[i]);
            }
        }
    }
}
