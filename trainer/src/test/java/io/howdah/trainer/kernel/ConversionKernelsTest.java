// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Copies between dtypes and layouts. */
class ConversionKernelsTest extends KernelSuite {
    @ParameterizedTest
    @MethodSource("all")
    void convertsBetweenAllDtypes(Case c) {
        for (DType to : DType.values()) {
            for (long[] sizes : new long[][] {{}, {0, 11}, {3, 11}, {400, 11}, {3, 18, 17}}) {
                for (Memory outMemory : new Memory[] {Memory.CONTIGUOUS, Memory.TRANSPOSED, Memory.SPACED}) {
                    Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 200}, sizes);
                    Tensor out = Samples.empty(to, outMemory, sizes);
                    c.backend().convert(in, out);
                    assertThat(out.toDoubles()).as("%s to %s", c.dtype(), to).isEqualTo(rounded(to, in.toDoubles()));
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void permutesDimensions(Backend backend) {
        for (DType dtype : DType.values()) {
            Tensor base = sample(dtype, 0, 100, 17, 40, 3, 50);
            int[][] orders = {{3, 1, 2, 0}, {1, 0, 3, 2}, {2, 3, 0, 1}, {0, 3, 2, 1}, {3, 2, 1, 0}};
            for (int[] order : orders) {
                long[] sizes = new long[4];
                long[] strides = new long[4];
                for (int d = 0; d < 4; d++) {
                    sizes[d] = base.size(order[d]);
                    strides[d] = base.stride(order[d]);
                }
                Tensor in = base.view(Shape.of(sizes), strides, 0);
                Tensor out = result(dtype, sizes);
                backend.convert(in, out);
                assertThat(out.toDoubles()).isEqualTo(in.toDoubles());
                Tensor back = result(dtype, base.shape().sizes());
                backend.convert(out, back.view(Shape.of(sizes), strides, 0));
                assertThat(back.toDoubles()).isEqualTo(base.toDoubles());
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void everyHalfConvertsExactly(Backend backend) {
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            Tensor patterns = Tensor.empty(dtype, Shape.of(1 << 16));
            for (int i = 0; i < 1 << 16; i++) {
                io.howdah.trainer.tensor.Memory.putShort(patterns.address() + 2L * i, (short) i);
            }
            for (DType wide : List.of(DType.FLOAT32, DType.FLOAT64)) {
                Tensor values = result(wide, 1 << 16);
                Tensor back = result(dtype, 1 << 16);
                backend.convert(patterns, values);
                backend.convert(values, back);
                double[] actual = values.toDoubles();
                for (int i = 0; i < 1 << 16; i++) {
                    short bits = io.howdah.trainer.tensor.Memory.getShort(back.address() + 2L * i);
                    double expected = Elements.get(dtype, patterns.address() + 2L * i);
                    boolean denormal = dtype == DType.BFLOAT16 && (i & 0x7f80) == 0;
                    if (!(denormal && actual[i] == 0)) {
                        boolean same = Double.isNaN(expected) ? isNan(dtype, bits) : bits == (short) i;
                        boolean exact = Double.compare(actual[i], expected) == 0;
                        if (!exact || !same && !(denormal && (bits & 0x7fff) == 0)) {
                            fail("%s %04x became %s and %04x", dtype, i, actual[i], bits);
                        }
                    }
                }
            }
        }
    }

    private static boolean isNan(DType dtype, short bits) {
        return (bits & 0x7fff) > (dtype == DType.FLOAT16 ? 0x7c00 : 0x7f80);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void roundsFloatsToHalvesAsTheScalarCodeDoes(Backend backend) {
        float[] values = new float[1 << 16];
        for (int i = 0; i < values.length; i++) {
            // All exponents but the denormal one, which hardware may flush to zero.
            int bits = random.nextInt();
            values[i] = (bits & 0x7f80_0000) == 0 ? 0 : Float.intBitsToFloat(bits);
        }
        Tensor in = Tensor.of(values, values.length);
        Tensor brain = Tensor.zeros(DType.BFLOAT16, Shape.of(values.length));
        Tensor half = Tensor.zeros(DType.FLOAT16, Shape.of(values.length));
        backend.convert(in, brain);
        backend.convert(in, half);
        float[] brains = new float[values.length];
        float[] halves = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            brains[i] = HalfFloats.fromBfloat16(HalfFloats.toBfloat16(values[i]));
            halves[i] = HalfFloats.fromFloat16(HalfFloats.toFloat16(values[i]));
        }
        assertThat(brain.toFloats()).isEqualTo(brains);
        assertThat(half.toFloats()).isEqualTo(halves);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void roundsOnce(Backend backend) {
        // A hair above the middle of two halves: rounding to binary32 first would hit the middle and round down.
        double above = 1 + 0x1p-11 + 0x1p-40;
        assertThat(converted(backend, DType.FLOAT16, above)).isEqualTo(1 + 0x1p-10);
        assertThat(converted(backend, DType.FLOAT16, -above)).isEqualTo(-1 - 0x1p-10);
        assertThat(converted(backend, DType.FLOAT16, 1 + 0x1p-11)).isEqualTo(1);
        assertThat(converted(backend, DType.BFLOAT16, 1 + 0x1p-8 + 0x1p-40)).isEqualTo(1 + 0x1p-7);
        assertThat(converted(backend, DType.BFLOAT16, 1 + 0x1p-8)).isEqualTo(1);
        assertThat(converted(backend, DType.FLOAT16, 65519.99)).isEqualTo(65504);
        assertThat(converted(backend, DType.FLOAT16, 65520)).isInfinite();
        assertThat(converted(backend, DType.FLOAT16, 0x1p-25)).isZero();
        assertThat(converted(backend, DType.FLOAT16, 0x1p-25 + 0x1p-70)).isEqualTo(0x1p-24);
        assertThat(converted(backend, DType.BFLOAT16, 1e300)).isInfinite();
        Tensor out = result(DType.BFLOAT16, 1);
        backend.convert(Tensor.of(new long[] {(1L << 40) + (1L << 32) + 1}, 1), out);
        assertThat(out.item()).isEqualTo((double) ((1L << 40) + (1L << 33)));
    }

    private static double converted(Backend backend, DType dtype, double value) {
        Tensor out = result(dtype, 1);
        backend.convert(Tensor.of(new double[] {value}, 1), out);
        return out.item();
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void truncatesAndWraps(Backend backend) {
        for (DType from : FLOATING) {
            Tensor in = result(from, 5);
            backend.convert(Tensor.of(new double[] {-1.75, 2.5, 255, Double.NaN, -0.0}, 5), in);
            Tensor integers = result(DType.INT32, 5);
            backend.convert(in, integers);
            assertThat(integers.toLongs()).startsWith(-1, 2, 255).endsWith(0);
            Tensor bytes = result(DType.UINT8, 5);
            backend.convert(in, bytes);
            assertThat(bytes.toLongs()).startsWith(255, 2, 255).endsWith(0);
            Tensor bools = result(DType.BOOL, 5);
            backend.convert(in, bools);
            assertThat(bools.toLongs()).containsExactly(1, 1, 1, 1, 0);
        }
        Tensor large = Tensor.of(new long[] {(1L << 53) + 1, -1, 256}, 3);
        Tensor copy = result(DType.INT64, 3);
        backend.convert(large, copy);
        assertThat(copy.toLongs()).containsExactly((1L << 53) + 1, -1, 256);
        Tensor bytes = result(DType.UINT8, 3);
        backend.convert(large, bytes);
        assertThat(bytes.toLongs()).containsExactly(1, 255, 0);
        Tensor bools = result(DType.BOOL, 3);
        backend.convert(large, bools);
        assertThat(bools.toLongs()).containsExactly(1, 1, 1);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void findsWhatIsNotFinite(Backend backend) {
        for (DType dtype : FLOATING) {
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                for (int length : new int[] {1, 5000, 300_000}) {
                    Tensor tensor = Tensor.zeros(dtype, Shape.of(length));
                    assertThat(backend.isFinite(tensor)).isTrue();
                    Elements.put(dtype, tensor.address() + (length - 1L) * dtype.bytes(), bad);
                    assertThat(backend.isFinite(tensor)).isFalse();
                }
            }
            Tensor largest = Tensor.zeros(dtype, Shape.of(19));
            for (int i = 0; i < 19; i++) {
                Elements.put(
                        dtype, largest.address() + (long) i * dtype.bytes(), i % 3 == 0 ? -most(dtype) : most(dtype));
            }
            assertThat(backend.isFinite(largest)).isTrue();
            for (int i = 0; i < 19; i++) {
                long address = largest.address() + (long) i * dtype.bytes();
                Elements.put(dtype, address, Double.NaN);
                assertThat(backend.isFinite(largest)).isFalse();
                Elements.put(dtype, address, 1);
            }
            assertThat(backend.isFinite(Tensor.zeros(dtype, Shape.of(0)))).isTrue();
            Tensor gaps = Tensor.zeros(dtype, Shape.of(6));
            Elements.put(dtype, gaps.address() + dtype.bytes(), Double.NaN);
            assertThat(backend.isFinite(gaps.subview(Shape.of(3), new long[] {2}, 0)))
                    .isTrue();
        }
    }

    private static double most(DType dtype) {
        return switch (dtype) {
            case BFLOAT16 -> 0x1.FEp127;
            case FLOAT16 -> 65504;
            case FLOAT64 -> Double.MAX_VALUE;
            default -> Float.MAX_VALUE;
        };
    }
}
