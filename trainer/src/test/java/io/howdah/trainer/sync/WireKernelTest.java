// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.sync.WireKernel.Source;
import io.howdah.trainer.sync.WireKernel.Start;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

class WireKernelTest {
    private static final DType[] DTYPES = {DType.BFLOAT16, DType.FLOAT32, DType.FLOAT16};

    private final Random random = new Random(11);

    /** Any bits: all exponents, infinities, denormals. */
    private Source source(DType dtype, int elements) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(elements * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.remaining() > 0) {
            bytes.put((byte) random.nextInt());
        }
        return new Source(dtype, bytes.flip(), Math.scalb(1 + random.nextInt(31), random.nextInt(9) - 12));
    }

    private static int[] bits(float[] sums) {
        int[] bits = new int[sums.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(sums[i]); // which NaN it is does not matter
        }
        return bits;
    }

    @ParameterizedTest
    @EnumSource(Start.class)
    void vectorsGiveTheBitsOfLoops(Start start) {
        WireKernel plain = new PlainKernel();
        WireKernel vectors = new VectorKernel();
        for (int elements : new int[] {0, 1, 15, 64, 2047, 2048, 2051, 9001}) {
            for (int count = 1; count <= WireKernel.SOURCES; count++) {
                for (int kind = 0; kind <= DTYPES.length; kind++) {
                    List<Source> sources = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        sources.add(source(DTYPES[(kind == DTYPES.length ? i : kind) % DTYPES.length], elements));
                    }
                    float[] before = new float[elements];
                    for (int i = 0; i < elements; i++) {
                        before[i] = (float) random.nextGaussian();
                    }
                    float[] expected = before.clone();
                    plain.add(sources, start, expected);
                    float[] actual = before.clone();
                    vectors.add(sources, start, actual);
                    assertThat(bits(actual)).isEqualTo(bits(expected));
                }
            }
        }
    }

    @Test
    void manySourcesAreAddedOneAfterTheOther() {
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < WireKernel.SOURCES; i++) {
            sources.add(source(DType.FLOAT16, 100));
        }
        float[] together = new float[100];
        new VectorKernel().add(sources, Start.FRESH, together);
        float[] oneByOne = new float[100];
        Start start = Start.FRESH;
        for (Source source : sources) {
            new PlainKernel().add(List.of(source), start, oneByOne);
            start = Start.EXISTING;
        }
        assertThat(bits(together)).isEqualTo(bits(oneByOne));
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void vectorsRoundAsLoopsDo(DType dtype) {
        float[] values = new float[5003];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        for (int i = 0; i < 64; i++) { // halfway cases, and all that is not finite
            values[i] = Float.intBitsToFloat(random.nextInt() & 0xffff_0000 | 0x8000);
            values[i + 64] = Float.intBitsToFloat(random.nextInt() | 0x7f80_0000);
        }
        assertThat(encoded(new VectorKernel(), dtype, values)).isEqualTo(encoded(new PlainKernel(), dtype, values));
    }

    private static byte[] encoded(WireKernel kernel, DType dtype, float[] values) {
        int count = values.length - 3;
        ByteBuffer bytes = ByteBuffer.allocate(count * dtype.bytes());
        kernel.encode(dtype, values, 3, count, bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        return bytes.array();
    }

    @Test
    void thisJvmHasVectors() {
        assertThat(WireKernel.best()).isInstanceOf(VectorKernel.class);
    }
}
