// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A matrix [outputs, inputs] laid out once for {@link RowKernels#multiply}: panels of {@value #PANEL} outputs, in each
 * panel the inputs one after the other. In bfloat16 one integer holds two outputs that are {@value RowKernels#LANES}
 * apart, the lower one in its low half.
 */
public final class PackedWeights {
    /** Outputs of a panel. */
    public static final int PANEL = 32;

    private static final int HALVES = PANEL / 2;
    private static final int HIGH_HALF = 16;

    private final int inputs;
    private final int outputs;
    private final float[] wide;
    private final int[] narrow;
    private final float @Nullable [] bias;

    private PackedWeights(int inputs, int outputs, DType dtype, float @Nullable [] bias) {
        this.inputs = inputs;
        this.outputs = outputs;
        int padded = panels() * PANEL;
        long elements = (long) padded * inputs;
        boolean isWide = dtype == DType.FLOAT32;
        if (!isWide && dtype != DType.BFLOAT16 || elements > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Cannot pack weights: outputs=" + outputs + " inputs=" + inputs
                    + " dtype=" + dtype + ", expected float32 or bfloat16 and fewer than 2^31 elements; split the"
                    + " matrix or choose another dtype");
        }
        this.wide = new float[isWide ? (int) elements : 0];
        this.narrow = new int[isWide ? 0 : (int) (elements / 2)];
        this.bias = bias;
    }

    /**
     * @param weight [outputs, inputs], floating point
     * @param bias [outputs], or null
     * @param dtype FLOAT32 or BFLOAT16, to which the weight is rounded; the bias stays float32
     */
    public static PackedWeights of(Tensor weight, @Nullable Tensor bias, DType dtype) {
        int outputs = Math.toIntExact(weight.size(0));
        int inputs = Math.toIntExact(weight.size(1));
        PackedWeights packed = new PackedWeights(inputs, outputs, dtype, bias == null ? null : bias.toFloats());
        for (int n = 0; n < outputs; n++) {
            float[] row = weight.subview(Shape.of(inputs), new long[] {weight.stride(1)}, n * weight.stride(0))
                    .toFloats();
            for (int k = 0; k < inputs; k++) {
                packed.put(n, k, row[k]);
            }
        }
        return packed;
    }

    private void put(int output, int input, float value) {
        int line = output / PANEL * inputs + input;
        int lane = output % PANEL;
        if (narrow.length == 0) {
            wide[line * PANEL + lane] = value;
        } else {
            int place = line * HALVES + lane / (2 * RowKernels.LANES) * RowKernels.LANES + lane % RowKernels.LANES;
            boolean high = lane / RowKernels.LANES % 2 == 1;
            int bits = HalfFloats.toBfloat16(value) & 0xffff;
            narrow[place] |= high ? bits << HIGH_HALF : bits;
        }
    }

    public int inputs() {
        return inputs;
    }

    public int outputs() {
        return outputs;
    }

    public int panels() {
        return (outputs + PANEL - 1) / PANEL;
    }

    boolean isNarrow() {
        return narrow.length != 0;
    }

    float[] wide() {
        return wide;
    }

    int[] narrow() {
        return narrow;
    }

    /** Memory of the elements. */
    public long bytes() {
        return 4L * (wide.length + narrow.length);
    }

    /** Whether a panel has all its outputs. */
    boolean isWhole(int panel) {
        return (panel + 1) * PANEL <= outputs;
    }

    /** Adds the bias of a whole panel to the rows of y. */
    void addBias(int panel, float[] y, int rows) {
        for (int row = 0; bias != null && row < rows; row++) {
            int at = row * outputs;
            for (int n = panel * PANEL; n < (panel + 1) * PANEL; n++) {
                y[at + n] += bias[n];
            }
        }
    }

    /** Writes the sums of one panel of a row, plus bias, to y, of which the last panel has fewer outputs. */
    void store(float[] sums, int from, int panel, float[] y, int row) {
        int first = panel * PANEL;
        int count = Math.min(PANEL, outputs - first);
        int at = row * outputs + first;
        for (int i = 0; i < count; i++) {
            y[at + i] = bias == null ? sums[from + i] : sums[from + i] + bias[first + i];
        }
    }
}
