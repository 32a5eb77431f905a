// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The n tokens before each token of a row; the row counts as preceded by separators.
 *
 * @param context n
 * @param separator the token before the first one
 */
record ContextWindows(int context, int separator) {
    /**
     * Windows of all rows.
     *
     * @param tokens [B, L], contiguous, uint8 or int32
     * @return [B · L, n], dtype of the tokens
     */
    Tensor of(Tensor tokens) {
        int width = tokens.dtype().bytes();
        int length = Math.toIntExact(tokens.size(1));
        Tensor windows = Tensor.empty(tokens.dtype(), Shape.of(tokens.elements(), context));
        ByteBuffer source = tokens.buffer();
        ByteBuffer target = windows.buffer();
        byte[] row = padding(tokens.dtype(), (context + length) * width);
        for (long i = 0; i < tokens.size(0); i++) {
            source.get(row, context * width, length * width);
            for (int position = 0; position < length; position++) {
                target.put(row, position * width, context * width);
            }
        }
        return windows;
    }

    /** A row whose first {@code context} tokens are separators. */
    private byte[] padding(DType dtype, int bytes) {
        ByteBuffer row = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < context; i++) {
            switch (dtype) {
                case UINT8 -> row.put((byte) separator);
                case INT32 -> row.putInt(separator);
                default ->
                    throw new IllegalArgumentException(
                            "Cannot read tokens: dtype=" + dtype + ", expected uint8 or int32; convert the dataset");
            }
        }
        return row.array();
    }
}
