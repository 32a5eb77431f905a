// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;

/**
 * Looks for infinities and NaNs: elements whose exponent bits are all set. Of elements in a row, eight bytes are looked at
 * together: adding one to an exponent of ones carries into the sign, and no further where the sign was masked out.
 */
final class Finiteness {
    private static final int BLOCK_BYTES = 4096;

    private Finiteness() {}

    static boolean isFinite(Tensor in) {
        DType dtype = in.dtype();
        boolean[] finite = {true};
        Strided.forEachRun(
                (addresses, steps, count) -> {
                    if (finite[0]) {
                        finite[0] = isFinite(dtype, addresses[0], steps[0], count);
                    }
                },
                in);
        return finite[0];
    }

    private static boolean isFinite(DType dtype, long address, long step, long count) {
        long exponents = exponents(dtype);
        long whole = step == dtype.bytes() && exponents != 0 ? count * step & -Long.BYTES : 0;
        for (long from = 0; from < whole; from += BLOCK_BYTES) {
            if (hasFullExponent(exponents, address + from, Math.min(BLOCK_BYTES, whole - from))) {
                return false;
            }
        }
        for (long i = whole / dtype.bytes(); i < count; i++) {
            if (!isFinite(dtype, address + i * step)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasFullExponent(long exponents, long address, long bytes) {
        long lowest = exponents & ~(exponents << 1);
        long signs = exponents << 1 & ~exponents;
        long carried = 0;
        for (long at = address; at < address + bytes; at += Long.BYTES) {
            carried |= (Memory.getLong(at) & exponents) + lowest;
        }
        return (carried & signs) != 0;
    }

    /** Exponent bits of all elements in a long; 0 where they are looked at one by one. */
    private static long exponents(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 0x7f80_0000_7f80_0000L;
            case BFLOAT16 -> 0x7f80_7f80_7f80_7f80L;
            case FLOAT16 -> 0x7c00_7c00_7c00_7c00L;
            default -> 0;
        };
    }

    private static boolean isFinite(DType dtype, long address) {
        return switch (dtype) {
            case FLOAT32 -> (Memory.getInt(address) & 0x7f80_0000) != 0x7f80_0000;
            case BFLOAT16 -> (Memory.getShort(address) & 0x7f80) != 0x7f80;
            case FLOAT16 -> (Memory.getShort(address) & 0x7c00) != 0x7c00;
            default -> Double.isFinite(Elements.get(dtype, address));
        };
    }
}
