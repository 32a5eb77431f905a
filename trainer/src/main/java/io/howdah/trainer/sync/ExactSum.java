// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * An exact sum of non-negative doubles: a fixed-point number wide enough for all of them. Adding exactly makes the sum
 * independent of order and grouping, hence of the number of servers. At most 2³⁰ values.
 */
public final class ExactSum {
    /** Limbs of 32 bits each, least significant first; the lowest bit has weight 2⁻¹⁰⁷⁴. */
    public static final int LIMBS = 67;

    private static final int LOWEST_EXPONENT = -1074;
    private static final long LOW = 0xffff_ffffL;

    private final long[] limbs;
    private boolean finite;

    public ExactSum() {
        this(new long[LIMBS], true);
    }

    private ExactSum(long[] limbs, boolean finite) {
        this.limbs = limbs;
        this.finite = finite;
    }

    /** The sum whose {@link #limbs} and {@link #isFinite} these are. */
    public static ExactSum of(long[] limbs, boolean isFinite) {
        if (limbs.length != LIMBS) {
            throw new IllegalArgumentException("Cannot read exact sum: limbs=" + limbs.length + ", expected " + LIMBS
                    + "; both ends must run the same version");
        }
        return new ExactSum(limbs.clone(), isFinite);
    }

    /** Adds {@code value}, at least 0; an infinity or NaN makes the whole sum not finite. */
    public void add(double value) {
        if (!Double.isFinite(value)) {
            finite = false;
            return;
        }
        long bits = Double.doubleToRawLongBits(value);
        int exponent = (int) (bits >>> 52);
        long mantissa = bits & ((1L << 52) - 1);
        if (exponent > 0) {
            mantissa |= 1L << 52;
        }
        int shift = Math.max(0, exponent - 1);
        int limb = shift >>> 5;
        int offset = shift & 31;
        long low = (mantissa & LOW) << offset;
        long high = (mantissa >>> 32) << offset;
        limbs[limb] += low & LOW;
        limbs[limb + 1] += (low >>> 32) + (high & LOW);
        limbs[limb + 2] += high >>> 32;
    }

    /** Adds all that {@code other} holds. */
    public void add(ExactSum other) {
        for (int i = 0; i < LIMBS; i++) {
            limbs[i] += other.limbs[i];
        }
        finite &= other.finite;
    }

    /** True if every value was finite. */
    public boolean isFinite() {
        return finite;
    }

    /** The digits; they may hold carries not yet passed on. */
    public long[] limbs() {
        return limbs.clone();
    }

    /** The sum as a double: a function of the exact value alone. NaN if a value was not finite. */
    public double toDouble() {
        if (!finite) {
            return Double.NaN;
        }
        BigInteger total = BigInteger.ZERO;
        for (int i = LIMBS - 1; i >= 0; i--) {
            total = total.shiftLeft(32).add(BigInteger.valueOf(limbs[i]));
        }
        int dropped = Math.max(0, total.bitLength() - Long.SIZE);
        return Math.scalb(total.shiftRight(dropped).doubleValue(), dropped + LOWEST_EXPONENT);
    }

    /** Back to zero. */
    public void clear() {
        Arrays.fill(limbs, 0);
        finite = true;
    }
}
