// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class WireFormatTest {
    private final WireFormat format = new WireFormat();

    @Test
    void decodesEvery16BitPatternAsTheScalarReferenceDoes() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1 << 16; i++) {
            bytes.putShort(2 * i, (short) i);
        }
        float[] block = new float[WireFormat.BLOCK];
        for (DType dtype : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
            for (int start = 0; start < 1 << 16; start += WireFormat.BLOCK) {
                format.decode(dtype, bytes, start, block, WireFormat.BLOCK);
                for (int i = 0; i < WireFormat.BLOCK; i++) {
                    short bits = (short) (start + i);
                    float expected =
                            dtype == DType.BFLOAT16 ? HalfFloats.fromBfloat16(bits) : HalfFloats.fromFloat16(bits);
                    assertThat(Float.floatToRawIntBits(block[i])).isEqualTo(Float.floatToRawIntBits(expected));
                }
            }
        }
    }

    @Test
    void encodesWhatItDecodes() {
        float[] values = {0f, -0f, 1.5f, -2.25f, 0.099975586f, 65504f};
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT16}) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * dtype.bytes());
            format.encode(dtype, values, 0, 2, bytes);
            format.encode(dtype, values, 2, 4, bytes);
            assertThat(bytes.hasRemaining()).isFalse();
            float[] decoded = new float[values.length];
            format.decode(dtype, bytes.flip(), 0, decoded, values.length);
            assertThat(decoded).containsExactly(values);
        }
    }

    @Test
    void refusesOtherDtypes() {
        assertThatThrownBy(() -> WireFormat.check(DType.INT32)).hasMessageContaining("bfloat16");
    }
}
