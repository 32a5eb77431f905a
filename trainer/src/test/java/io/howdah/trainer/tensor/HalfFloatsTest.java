// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfFloatsTest {
    @Test
    void everyBfloat16PatternComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloats.fromBfloat16((short) bits);
            int back = HalfFloats.toBfloat16(value) & 0xffff;
            // A signalling NaN comes back quiet, as from hardware.
            int expected = Float.isNaN(value) ? bits | 0x40 : bits;
            if (back != expected) {
                assertThat(back).as("pattern %04x", bits).isEqualTo(expected);
            }
        }
    }

    @Test
    void everyFloat16PatternComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloats.fromFloat16((short) bits);
            int back = HalfFloats.toFloat16(value) & 0xffff;
            int expected = Float.isNaN(value) ? bits | 0x200 : bits;
            if (back != expected) {
                assertThat(back).as("pattern %04x", bits).isEqualTo(expected);
            }
        }
    }

    @Test
    void everyFloat16PatternHasItsValue() {
        for (int bits = 0; bits < 1 << 15; bits++) {
            int exponent = bits >> 10;
            int fraction = bits & 0x3ff;
            double expected = exponent == 0 ? fraction * 0x1p-24 : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
            if (exponent < 31 && HalfFloats.fromFloat16((short) bits) != expected) {
                assertThat((double) HalfFloats.fromFloat16((short) bits)).isEqualTo(expected);
            }
        }
        assertThat(HalfFloats.fromFloat16((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(HalfFloats.fromFloat16((short) 0x7c01)).isNaN();
        assertThat(HalfFloats.fromFloat16((short) 0x8001)).isEqualTo(-0x1p-24f);
    }

    @Test
    void roundsHalfwayCasesToEven() {
        assertThat(HalfFloats.toBfloat16(Float.intBitsToFloat(0x3f80_8000))).isEqualTo((short) 0x3f80);
        assertThat(HalfFloats.toBfloat16(Float.intBitsToFloat(0x3f81_8000))).isEqualTo((short) 0x3f82);
        assertThat(HalfFloats.toBfloat16(Float.intBitsToFloat(0x3f80_8001))).isEqualTo((short) 0x3f81);
        assertThat(HalfFloats.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
        assertThat(HalfFloats.toFloat16(65519.99f)).isEqualTo((short) 0x7bff);
        assertThat(HalfFloats.toFloat16(65520f)).isEqualTo((short) 0x7c00);
        assertThat(HalfFloats.toFloat16(0x1p-25f)).isEqualTo((short) 0);
        assertThat(HalfFloats.toFloat16(Math.nextUp(0x1p-25f))).isEqualTo((short) 1);
        assertThat(HalfFloats.toFloat16(0x1.8p-24f)).isEqualTo((short) 2);
    }

    @Test
    void everyNeighbourOfAFloat16RoundsToTheNearer() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float low = HalfFloats.fromFloat16((short) bits);
            float high = HalfFloats.fromFloat16((short) (bits + 1));
            float middle = (low + high) / 2;
            int even = (bits & 1) == 0 ? bits : bits + 1;
            if (HalfFloats.toFloat16(middle) != (short) even
                    || HalfFloats.toFloat16(Math.nextDown(middle)) != (short) bits
                    || HalfFloats.toFloat16(Math.nextUp(middle)) != (short) (bits + 1)) {
                assertThat(HalfFloats.toFloat16(middle)).as("above %04x", bits).isEqualTo((short) even);
                assertThat(HalfFloats.toFloat16(Math.nextDown(middle))).isEqualTo((short) bits);
                assertThat(HalfFloats.toFloat16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
            }
        }
    }
}
