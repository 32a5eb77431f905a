// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.vector;

import io.howdah.trainer.kernel.rows.Exponential;
import io.howdah.trainer.kernel.rows.VectorRowKernels;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
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
    private static final int LANES = FLOATS.length();
    private static final int TOGETHER = 2 * LANES;

    /** Elements whose exponentials are added up in float32, before float64 takes over. */
    private static final int BLOCK = 32 * TOGETHER;

    private static final FloatVector NEGATIVE_LOG2_E = FloatVector.broadcast(FLOATS, -Exponential.LOG2_E);
    private static final FloatVector MAGIC = FloatVector.broadcast(FLOATS, Exponential.MAGIC);
    private static final FloatVector LN2_HIGH = FloatVector.broadcast(FLOATS, Exponential.LN2_HIGH);
    private static final FloatVector LN2_LOW = FloatVector.broadcast(FLOATS, Exponential.LN2_LOW);
    private static final FloatVector ONE = FloatVector.broadcast(FLOATS, 1f);

    /** Coefficients of the polynomial, with the signs that a negated argument asks for. */
    private static final FloatVector C1 = FloatVector.broadcast(FLOATS, Exponential.C1);

    private static final FloatVector C2 = FloatVector.broadcast(FLOATS, -Exponential.C2);
    private static final FloatVector C3 = FloatVector.broadcast(FLOATS, Exponential.C3);
    private static final FloatVector C4 = FloatVector.broadcast(FLOATS, -Exponential.C4);
    private static final FloatVector C5 = FloatVector.broadcast(FLOATS, Exponential.C5);
    private static final FloatVector C6 = FloatVector.broadcast(FLOATS, -Exponential.C6);

    /**
     * Bits of a number whose inverse power has a negative exponent, and of 0, which becomes of that: the bits of numbers of
     * one sign are in their order.
     */
    private static final IntVector CUT = IntVector.broadcast(INTS, Float.floatToRawIntBits(89f));

    private static final IntVector ZERO = IntVector.zero(INTS);

    private static final int MAGNITUDE = 0x7fff_ffff;
    private static final int INFINITE = 0x7f80_0000;

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
                y = y.reinterpretAsInts().min(CUT).reinterpretAsFloats();
                nextY = nextY.reinterpretAsInts().min(CUT).reinterpretAsFloats();
                FloatVector shifted = y.fma(NEGATIVE_LOG2_E, MAGIC);
                FloatVector nextShifted = nextY.fma(NEGATIVE_LOG2_E, MAGIC);
                FloatVector n = shifted.sub(MAGIC);
                FloatVector nextN = nextShifted.sub(MAGIC);
                y = n.fma(LN2_LOW, n.fma(LN2_HIGH, y));
                nextY = nextN.fma(LN2_LOW, nextN.fma(LN2_HIGH, nextY));
                FloatVector p = C6.fma(y, C5).fma(y, C4).fma(y, C3).fma(y, C2).fma(y, C1);
                FloatVector nextP = C6.fma(nextY, C5)
                        .fma(nextY, C4)
                        .fma(nextY, C3)
                        .fma(nextY, C2)
                        .fma(nextY, C1);
                IntVector bits = p.fma(y.mul(y), ONE.sub(y)).reinterpretAsInts();
                IntVector nextBits = nextP.fma(nextY.mul(nextY), ONE.sub(nextY)).reinterpretAsInts();
                bits = bits.add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT));
                nextBits = nextBits.add(
                        nextShifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT));
                FloatVector value = bits.max(ZERO).reinterpretAsFloats().mul(factor);
                FloatVector nextValue = nextBits.max(ZERO).reinterpretAsFloats().mul(factor);
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
}
