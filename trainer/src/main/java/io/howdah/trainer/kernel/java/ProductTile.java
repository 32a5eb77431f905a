// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/** A rectangle of a matrix product, and the panels of the operands that are being multiplied into it. */
interface ProductTile {
    /** Takes {@code count} elements as row {@code row} of the left panel. */
    void readLeft(Cursor from, int row, int count);

    /** Takes row {@code k} of the right panel. */
    void readRight(Cursor from, int k);

    /** Adds the product of both panels over a depth of {@code count}. */
    void multiply(int count);

    /** Adds a tile of the same class and size. */
    void add(ProductTile other);

    /** Adds the numbers from {@code start} on to the rows, or to the columns. */
    void addBias(double[] bias, int start, boolean perRow);

    /** Writes one row. */
    void write(Cursor to, int row);
}
