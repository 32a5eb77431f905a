// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.vector;

import io.howdah.trainer.kernel.rows.Exponential;
import io.howdah.trainer.kernel.rows.VectorRowKernels;
import io.howdah.trainer.tensor.HalfFloats;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over the elements of a row, by vectors.
 *
 * <p>They are long and call nothing but vector operations on purpose: what HotSpot does not inline gets its vectors as
 * objects.
 */
final class VectorRows {
    private static final VectorSpecies<Float> FLOATS = VectorRowKernels.species();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    private static final int LANES = FLOATS.length();
    private static final int TOGETHER = 2 * LANES;

    /** Elements whose exponentials are added up in float32, before float64 takes over. */
    private static final int BLOCK = 32 * TOGETHER;

    /** Bits of a number whose inverse power is less than any normal number. */
    private static final int CUT = Float.floatToRawIntBits(89f);

    private static final int HIGH_HALF = 16;
    private static final int ALMOST_HALF = 0x7fff;
    private static final int MAGNITUDE = 0x7fff_ffff;
    private static final int INFINITE = 0x7f80_0000;
    private static final int QUIET = 0x0040;

    private VectorRows() {}

    /**
     * The largest element, NaN where there is one. By the order of their bits: the JDK's own maximum of floats is several
     * times slower, for the sake of NaN and −0.
     */
    static float largest(float[] x, int count) {
        IntVector most = IntVector.broadcast(INTS, Integer.MIN_VALUE);
        IntVector least = IntVector.broadcast(INTS, Integer.MAX_VALUE);
        IntVector magnitude = IntVector.zero(INTS);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, x, i).reinterpretAsInts();
            most = most.max(bits);
            least = least.min(bits);
            magnitude = magnitude.max(bits.and(MAGNITUDE));
        }
        float largest = Float.NEGATIVE_INFINITY;
        if (i > 0) {
            if (magnitude.reduceLanes(VectorOperators.MAX) > INFINITE) {
                return Float.NaN;
            }
            // Of negative numbers the nearest to 0 has the least bits.
            int positive = most.reduceLanes(VectorOperators.MAX);
            largest = Float.intBitsToFloat(positive >= 0 ? positive : least.reduceLanes(VectorOperators.MIN));
        }
        for (; i < count; i++) {
            largest = Math.max(largest, x[i]);
        }
        return largest;
    }

    /**
     * x[i] = exp(x[i] − shift) · factor for the first {@code count}, where no x is far above the shift; exponentials below
     * the normal numbers are 0. As {@link Exponential#of} computes them, with y = shift − x and the rest negated.
     *
     * @return Σ x[i]
     */
    static double powers(float[] x, int count, float shift, float factor) {
        FloatVector top = FloatVector.broadcast(FLOATS, shift);
        FloatVector log2e = FloatVector.broadcast(FLOATS, -Exponential.LOG2_E);
        FloatVector magic = FloatVector.broadcast(FLOATS, Exponential.MAGIC);
        FloatVector high = FloatVector.broadcast(FLOATS, Exponential.LN2_HIGH);
        FloatVector low = FloatVector.broadcast(FLOATS, Exponential.LN2_LOW);
        FloatVector c6 = FloatVector.broadcast(FLOATS, -Exponential.C6);
        FloatVector c5 = FloatVector.broadcast(FLOATS, Exponential.C5);
        FloatVector c4 = FloatVector.broadcast(FLOATS, -Exponential.C4);
        FloatVector c3 = FloatVector.broadcast(FLOATS, Exponential.C3);
        FloatVector c2 = FloatVector.broadcast(FLOATS, -Exponential.C2);
        FloatVector c1 = FloatVector.broadcast(FLOATS, Exponential.C1);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        // The bits of numbers of one sign are in their order: y is cut where the exponent becomes negative, which makes
        // 0.
        IntVector cut = IntVector.broadcast(INTS, CUT);
        IntVector zero = IntVector.zero(INTS);
        float[] lanes = new float[LANES];
        double total = 0;
        int i = 0;
        while (i <= count - TOGETHER) {
            int end = Math.min(count - TOGETHER + 1, i + BLOCK);
            FloatVector sum = FloatVector.zero(FLOATS);
            FloatVector nextSum = FloatVector.zero(FLOATS);
            for (; i < end; i += TOGETHER) {
                FloatVector y = top.sub(FloatVector.fromArray(FLOATS, x, i));
                FloatVector nextY = top.sub(FloatVector.fromArray(FLOATS, x, i + LANES));
                y = y.reinterpretAsInts().min(cut).reinterpretAsFloats();
                nextY = nextY.reinterpretAsInts().min(cut).reinterpretAsFloats();
                FloatVector shifted = y.fma(log2e, magic);
                FloatVector nextShifted = nextY.fma(log2e, magic);
                FloatVector n = shifted.sub(magic);
                FloatVector nextN = nextShifted.sub(magic);
                y = n.fma(low, n.fma(high, y));
                nextY = nextN.fma(low, nextN.fma(high, nextY));
                FloatVector p = c6.fma(y, c5).fma(y, c4).fma(y, c3).fma(y, c2).fma(y, c1);
                FloatVector nextP = c6.fma(nextY, c5)
                        .fma(nextY, c4)
                        .fma(nextY, c3)
                        .fma(nextY, c2)
                        .fma(nextY, c1);
                IntVector bits = p.fma(y.mul(y), one.sub(y)).reinterpretAsInts();
                IntVector nextBits = nextP.fma(nextY.mul(nextY), one.sub(nextY)).reinterpretAsInts();
                bits = bits.add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT));
                nextBits = nextBits.add(
                        nextShifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT));
                FloatVector value = bits.max(zero).reinterpretAsFloats().mul(factor);
                FloatVector nextValue = nextBits.max(zero).reinterpretAsFloats().mul(factor);
                value.intoArray(x, i);
                nextValue.intoArray(x, i + LANES);
                sum = sum.add(value);
                nextSum = nextSum.add(nextValue);
            }
            sum.add(nextSum).intoArray(lanes, 0);
            for (float lane : lanes) {
                total += lane;
            }
        }
        for (; i < count; i++) {
            float difference = x[i] - shift;
            x[i] = (difference < Exponential.LEAST ? 0 : Exponential.of(difference)) * factor;
            total += x[i];
        }
        return total;
    }

    static void widen(short[] from, float[] to, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            ((IntVector) ShortVector.fromArray(SHORTS, from, i).convertShape(VectorOperators.S2I, INTS, 0))
                    .lanewise(VectorOperators.LSHL, HIGH_HALF)
                    .reinterpretAsFloats()
                    .intoArray(to, i);
        }
        for (; i < count; i++) {
            to[i] = HalfFloats.fromBfloat16(from[i]);
        }
    }

    /** Rounds to the nearest, ties to even; what is not a number stays so, whatever of it is cut off. */
    static void narrow(float[] from, short[] to, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            IntVector bits = FloatVector.fromArray(FLOATS, from, i).reinterpretAsInts();
            IntVector high = bits.lanewise(VectorOperators.LSHR, HIGH_HALF);
            IntVector rounded = bits.add(ALMOST_HALF).add(high.and(1)).lanewise(VectorOperators.LSHR, HIGH_HALF);
            IntVector result = rounded.blend(high.or(QUIET), bits.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE));
            ((ShortVector) result.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(to, i);
        }
        for (; i < count; i++) {
            to[i] = HalfFloats.toBfloat16(from[i]);
        }
    }
}
