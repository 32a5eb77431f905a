// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;

/**
 * What identifies a piece of one logical worker's gradients of the rows of one table that one server keeps. The body is the
 * {@code rows} ids, int64, then their gradients, [rows, D]. A server without any gets one empty piece: so it knows that it has
 * all.
 *
 * @param push whose gradients these are
 * @param dtype wire dtype of the gradients: float32, bfloat16 or float16
 * @param piece number of this piece, from 0
 * @param pieces how many pieces there are for this server, a function of the ids alone
 * @param rows ids in this piece
 */
public record RowContribution(RowPush push, DType dtype, int piece, int pieces, int rows) {
    /** Most pieces of a push. */
    static final int MOST_PIECES = 1 << 16;

    /** A body has at most so many bytes, unless it is one row. */
    private static final int PIECE_BYTES = 1 << 20;

    /** Rows of width {@code width} in a full piece, so that ids and values fit {@link #PIECE_BYTES}. */
    public static int rowsPerPiece(int width, DType dtype) {
        return Math.max(1, PIECE_BYTES / rowBytes(width, dtype));
    }

    /** An id and its values. */
    static int rowBytes(int width, DType dtype) {
        return Long.BYTES + width * dtype.bytes();
    }

    /** The same, as the only contribution to its sum. */
    RowContribution alone() {
        RowPush single = new RowPush(push.step(), 0, push.attempt(), push.table(), push.samples(), push.lossScale());
        return new RowContribution(single, dtype, piece, pieces, rows);
    }

    /** The part that a contribution to dense parameters has too. */
    Contribution slice() {
        return new Contribution(
                push.step(), push.logicalWorker(), push.attempt(), 0, push.samples(), push.lossScale(), dtype);
    }
}
