// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.kernel.onednn.OneDnnBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the tests of the kernel families share: backends × dtypes × layouts, samples and comparisons. */
@ExtendWith(InStepScope.class)
abstract class KernelSuite {
    static final List<Backend> BACKENDS = List.of(new JavaBackend(), OneDnnBackend.load());
    static final List<DType> FLOATING = List.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
    static final List<DType> INTEGRAL = List.of(DType.INT64, DType.INT32, DType.UINT8);
    static final long[][] SHAPES = {{}, {0}, {1}, {7}, {3, 5}, {0, 4}, {2, 3, 4}, {64, 80}, {2, 3, 1, 4, 5}};

    final Philox random = new Philox(20, 1);

    /** One combination under test. */
    record Case(Backend backend, DType dtype, Memory memory) {
        /** The layout of outputs. */
        Memory outMemory() {
            return memory == Memory.BROADCAST ? Memory.CONTIGUOUS : memory;
        }

        @Override
        public String toString() {
            return backend.name() + " " + dtype + " " + memory;
        }
    }

    static List<Case> floating() {
        return cases(FLOATING);
    }

    static List<Case> integral() {
        return cases(INTEGRAL);
    }

    static List<Case> all() {
        return cases(List.of(DType.values()));
    }

    private static List<Case> cases(List<DType> dtypes) {
        List<Case> cases = new ArrayList<>();
        for (Backend backend : BACKENDS) {
            for (DType dtype : dtypes) {
                for (Memory memory : Memory.values()) {
                    cases.add(new Case(backend, dtype, memory));
                }
            }
        }
        return cases;
    }

    /** Uniform in [−3, 3). */
    Tensor sample(Case c, long... sizes) {
        return Samples.uniform(c.dtype(), c.memory(), random, new double[] {-3, 3}, sizes);
    }

    /** Uniform in [low, high), contiguous. */
    Tensor sample(DType dtype, double low, double high, long... sizes) {
        return Samples.uniform(dtype, Memory.CONTIGUOUS, random, new double[] {low, high}, sizes);
    }

    /** An output in the layout of the case, full of NaN. */
    static Tensor result(Case c, long... sizes) {
        return Samples.empty(c.dtype(), c.outMemory(), sizes);
    }

    /** A contiguous output, full of NaN. */
    static Tensor result(DType dtype, long... sizes) {
        return Samples.empty(dtype, Memory.CONTIGUOUS, sizes);
    }

    /** The dtype of statistics that go with a tensor. */
    static DType statistics(DType dtype) {
        return dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    static double tolerance(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> 1e-13;
            case FLOAT32 -> 4e-6;
            case FLOAT16 -> 1e-3;
            case BFLOAT16 -> 8e-3;
            case INT64, INT32, UINT8, BOOL -> 0;
        };
    }

    /** |actual − expected| ≤ tolerance · max(1, |expected|), elementwise. */
    static void assertClose(Tensor actual, double[] expected) {
        assertClose(actual, expected, 1, "result");
    }

    /** As {@link #assertClose(Tensor, double[])} with a multiple of the tolerance. */
    static void assertClose(Tensor actual, double[] expected, double slack, String name) {
        double[] values = actual.toDoubles();
        assertThat(values).as(name).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            double bound = slack * tolerance(actual.dtype()) * Math.max(1, Math.abs(expected[i]));
            boolean close = Math.abs(values[i] - expected[i]) <= bound
                    || Double.compare(values[i], (float) expected[i]) == 0
                    || Double.isNaN(values[i]) && Double.isNaN(expected[i]);
            if (!close) {
                assertThat(values[i])
                        .as("%s: element %d of %s", name, i, actual)
                        .isEqualTo(expected[i]);
            }
        }
    }

    /** Each value as a single element of {@code dtype} holds it. */
    static double[] rounded(DType dtype, double[] values) {
        double[] results = new double[values.length];
        try (Tensor single = Tensor.empty(dtype, Shape.of())) {
            for (int i = 0; i < values.length; i++) {
                Elements.put(dtype, single.address(), values[i]);
                results[i] = Elements.get(dtype, single.address());
            }
        }
        return results;
    }

    /** Each value as a single element of an integral {@code dtype} holds it. */
    static long[] wrapped(DType dtype, long[] values) {
        long[] results = new long[values.length];
        try (Tensor single = Tensor.empty(dtype, Shape.of())) {
            for (int i = 0; i < values.length; i++) {
                Elements.putLong(dtype, single.address(), values[i]);
                results[i] = Elements.getLong(dtype, single.address());
            }
        }
        return results;
    }

    /** The element number of a row-major index whose place along one dimension is replaced. */
    static int at(long[] sizes, int index, int dimension, long place) {
        int inner = 1;
        for (int d = sizes.length - 1; d > dimension; d--) {
            inner *= (int) sizes[d];
        }
        int size = (int) sizes[dimension];
        return (index / (inner * size) * size + (int) place) * inner + index % inner;
    }

    /** The place along one dimension of a row-major index. */
    static int place(long[] sizes, int index, int dimension) {
        int inner = 1;
        for (int d = sizes.length - 1; d > dimension; d--) {
            inner *= (int) sizes[d];
        }
        return index / inner % (int) sizes[dimension];
    }

    /** {@code sizes} with another size in one dimension. */
    static long[] with(long[] sizes, int dimension, long size) {
        long[] changed = sizes.clone();
        changed[dimension] = size;
        return changed;
    }
}
