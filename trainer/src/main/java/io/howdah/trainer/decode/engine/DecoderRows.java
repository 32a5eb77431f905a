// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.decode.engine.NodeBatch.Wanted;
import java.util.Arrays;

/** What a forward says of its rows. Arrays may be longer than they have to, and are overwritten by the next forward. */
public final class DecoderRows {
    private final int width;
    private final int vocabulary;
    private float[] residual = {};
    private float[] hidden = {};
    private float[] logits = {};
    private int[] hiddenAt = {};
    private int[] logitsAt = {};
    private int rows;
    private int withHidden;
    private int withLogits;

    DecoderRows(int width, int vocabulary) {
        this.width = width;
        this.vocabulary = vocabulary;
    }

    /** Rows that want scores come first among those that want hidden rows, so that the head reads one run of rows. */
    void fit(NodeBatch batch) {
        rows = batch.rows();
        if (hiddenAt.length < rows) {
            hiddenAt = new int[2 * rows];
            logitsAt = new int[2 * rows];
        }
        withHidden = 0;
        for (int row = 0; row < rows; row++) {
            boolean wants = batch.wanted(row) == Wanted.LOGITS;
            logitsAt[row] = wants ? withHidden : -1;
            hiddenAt[row] = wants ? withHidden++ : -1;
        }
        withLogits = withHidden;
        for (int row = 0; row < rows; row++) {
            if (batch.wanted(row) == Wanted.HIDDEN) {
                hiddenAt[row] = withHidden++;
            }
        }
        residual = atLeast(residual, rows * width);
        hidden = atLeast(hidden, withHidden * width);
        logits = atLeast(logits, withLogits * vocabulary);
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[length + length / 2];
    }

    void finish(RowNorm norm, PackedLinear head) {
        for (int row = 0; row < rows; row++) {
            if (hiddenAt[row] >= 0) {
                norm.apply(residual, row, hidden, hiddenAt[row]);
            }
        }
        if (withLogits > 0) {
            head.multiply(hidden, withLogits, logits);
        }
    }

    public int rows() {
        return rows;
    }

    /** What the last block says of all rows, not normalised: [rows, E]. */
    public float[] residual() {
        return residual;
    }

    /** Normalised rows, of which {@link #hiddenAt} tells the place: [.., E]. */
    public float[] hidden() {
        return hidden;
    }

    /** Scores, of which {@link #logitsAt} tells the place: [.., V]. */
    public float[] logits() {
        return logits;
    }

    /** First element of a row's part of {@link #hidden}. */
    public int hiddenAt(int row) {
        return checked(hiddenAt, row, "hidden") * width;
    }

    /** First element of a row's part of {@link #logits}. */
    public int logitsAt(int row) {
        return checked(logitsAt, row, "logits") * vocabulary;
    }

    /** A copy of a row's normalised output. */
    public float[] hidden(int row) {
        int at = hiddenAt(row);
        return Arrays.copyOfRange(hidden, at, at + width);
    }

    /** A copy of a row's scores. */
    public float[] logits(int row) {
        int at = logitsAt(row);
        return Arrays.copyOfRange(logits, at, at + vocabulary);
    }

    private int checked(int[] places, int row, String what) {
        if (row < 0 || row >= rows || places[row] < 0) {
            throw new IllegalArgumentException("Cannot read " + what + ": row=" + row + " of " + rows
                    + ", expected a row that wanted them; ask for them in the batch");
        }
        return places[row];
    }
}
