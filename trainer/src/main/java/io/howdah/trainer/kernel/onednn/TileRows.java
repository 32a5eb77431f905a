// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * Rows of inputs in bfloat16, in an order that loops without shuffles can write: input i lies beside input i + K/2, in
 * the low half of an integer. Weights have the same order.
 */
final class TileRows {
    private static final int HALF_BITS = 16;
    /** Fewer inputs have code of their own in oneDNN for very few rows, which sums in another order. */
    private static final int LEAST = 64;

    private static final int HIGH_HALF = 0xffff_0000;

    private TileRows() {}

    /** K for so many inputs: even; what is added is zero. */
    static int padded(int inputs) {
        return Math.max(LEAST, inputs + inputs % 2);
    }

    /** Place of an input. */
    static int place(int input, int padded) {
        return input < padded / 2 ? 2 * input : 2 * (input - padded / 2) + 1;
    }

    /**
     * Rounds rows to nearest, ties to even.
     *
     * @param x [.., inputs], from row {@code first} on
     * @param out [.., padded(inputs)], from row {@code to} on
     */
    static void write(float[] x, int first, int rows, int inputs, Tensor out, int to) {
        int padded = padded(inputs);
        int half = padded / 2;
        int[] bits = new int[padded];
        int[] pairs = new int[half];
        for (int row = 0; row < rows; row++) {
            Memory.reinterpret(x, (first + row) * inputs, bits, inputs);
            for (int i = 0; i < padded; i++) {
                // As HalfFloats.toBfloat16, without branches so that the JVM vectorises it.
                int nan = (0x7f80_0000 - (bits[i] & 0x7fff_ffff)) >> 31;
                int up = (0x7fff + (bits[i] >>> HALF_BITS & 1)) & ~nan;
                bits[i] = (bits[i] + up) | (nan & 0x40_0000);
            }
            for (int i = 0; i < half; i++) {
                pairs[i] = bits[i] >>> HALF_BITS | bits[i + half] & HIGH_HALF;
            }
            Memory.copy(pairs, out.address() + 2L * (to + row) * padded, half);
        }
    }

    /**
     * Columns [padded(inputs), width] of bfloat16, zero where there are none, from rows of a weight.
     *
     * @param weight [outputs, inputs]
     * @param from first output
     */
    static Tensor columns(Tensor weight, int from, int width) {
        int inputs = Math.toIntExact(weight.size(1));
        int padded = padded(inputs);
        Tensor columns = Tensor.zeros(DType.BFLOAT16, Shape.of(padded, width)).keep();
        int count = Math.min(width, Math.toIntExact(weight.size(0)) - from);
        for (int n = 0; n < count; n++) {
            float[] row = weight.subview(Shape.of(inputs), new long[] {weight.stride(1)}, (from + n) * weight.stride(0))
                    .toFloats();
            for (int k = 0; k < inputs; k++) {
                long element = (long) place(k, padded) * width + n;
                Memory.putShort(columns.address() + 2 * element, HalfFloats.toBfloat16(row[k]));
            }
        }
        return columns;
    }
}
