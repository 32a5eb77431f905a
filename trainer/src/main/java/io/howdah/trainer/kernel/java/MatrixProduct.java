// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Products of matrices, tile by tile. A matrix is a tensor of any rank whose elements, in row-major order, are its rows.
 * Sums run over the depth in order, in binary64 for float64 and in binary32 otherwise; tiles do not depend on the number
 * of threads.
 */
final class MatrixProduct {
    private static final int ROWS = 64;
    private static final int COLUMNS = 512;
    private static final int DEPTH = 128;

    /** Deep products with few tiles are cut along the depth into pieces of at least this. */
    private static final long LONG = 2048;

    private static final int MOST_PIECES = 8;

    private final Tensor left;
    private final Tensor right;
    private final Tensor out;
    private final long rows;
    private final long depth;
    private final long columns;
    private final int tilesDown;
    private final int tilesAcross;

    /** Per row or per column of the output, or empty. */
    private final double[] bias;

    private final boolean biasPerRow;

    private MatrixProduct(Tensor left, Tensor right, Tensor out, long rows, double[] bias, boolean biasPerRow) {
        this.left = left;
        this.right = right;
        this.out = out;
        this.rows = rows;
        this.depth = left.elements() / rows;
        this.columns = out.elements() / rows;
        this.tilesDown = Math.toIntExact((rows + ROWS - 1) / ROWS);
        this.tilesAcross = Math.toIntExact((columns + COLUMNS - 1) / COLUMNS);
        this.bias = bias;
        this.biasPerRow = biasPerRow;
    }

    static void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (out.elements() == 0) {
            return;
        }
        double[] terms = bias == null ? new double[0] : RowNorms.vector(bias, Math.toIntExact(out.size(-1)), 0);
        boolean transposed = b.stride(-2) == 1 && b.stride(-1) != 1 && out.size(-2) > ROWS && b.size(-2) > 1;
        if (!transposed) {
            multiply(a, b, terms, out);
            return;
        }
        try (Tensor copy = Tensor.empty(b.dtype(), b.shape())) {
            Copying.copy(b, copy);
            multiply(a, copy, terms, out);
        }
    }

    private static void multiply(Tensor a, Tensor b, double[] bias, Tensor out) {
        if (out.shape().rank() == 2) {
            new MatrixProduct(a, b, out, out.size(0), bias, false).run();
            return;
        }
        long work = out.size(1) * out.size(2) * Math.max(1, a.size(2) / ROWS);
        Parallel.each(Math.toIntExact(out.size(0)), work, i -> {
            Tensor product = matrix(out, i);
            new MatrixProduct(matrix(a, i), matrix(b, i), product, out.size(1), bias, false).run();
        });
    }

    /** out = left · right + bias per row; each tensor's first dimensions make up its rows. */
    static void product(Tensor left, Tensor right, Tensor out, long rows, double[] bias) {
        if (out.elements() > 0) {
            new MatrixProduct(left, right, out, rows, bias, true).run();
        }
    }

    private static Tensor matrix(Tensor batch, long index) {
        Shape shape = Shape.of(batch.size(1), batch.size(2));
        long[] strides = {batch.stride(1), batch.stride(2)};
        return batch.subview(shape, strides, index * batch.stride(0));
    }

    private void run() {
        int tiles = Math.multiplyExact(tilesDown, tilesAcross);
        int pieces = tiles < MOST_PIECES ? (int) Math.max(1, Math.min(MOST_PIECES, depth / LONG)) : 1;
        ProductTile[] results = new ProductTile[pieces > 1 ? tiles * pieces : 0];
        long work = Math.min(rows, ROWS) * Math.min(columns, COLUMNS) * Math.max(1, depth / pieces / ROWS);
        Parallel.each(tiles * pieces, work, i -> {
            ProductTile tile = tile(i / pieces, depth * (i % pieces) / pieces, depth * (i % pieces + 1) / pieces);
            if (pieces > 1) {
                results[i] = tile;
            } else {
                write(i, tile);
            }
        });
        for (int i = 0; i < results.length; i += pieces) {
            for (int piece = 1; piece < pieces; piece++) {
                results[i].add(results[i + piece]);
            }
            write(i / pieces, results[i]);
        }
    }

    private long firstRow(int tile) {
        return (long) tile / tilesAcross * ROWS;
    }

    private long firstColumn(int tile) {
        return (long) tile % tilesAcross * COLUMNS;
    }

    /** The part of a tile that comes from a range of the depth. */
    private ProductTile tile(int number, long from, long to) {
        long row = firstRow(number);
        long column = firstColumn(number);
        int height = (int) Math.min(ROWS, rows - row);
        int width = (int) Math.min(COLUMNS, columns - column);
        int deep = (int) Math.min(DEPTH, to - from);
        boolean wide = left.dtype() == DType.FLOAT64;
        ProductTile tile = wide ? new DoubleTile(height, deep, width) : new FloatTile(height, deep, width);
        Cursor fromLeft = new Cursor(left);
        Cursor fromRight = new Cursor(right);
        for (long done = from; done < to; done += DEPTH) {
            int count = (int) Math.min(DEPTH, to - done);
            for (int i = 0; i < height; i++) {
                fromLeft.seek((row + i) * depth + done);
                tile.readLeft(fromLeft, i, count);
            }
            for (int k = 0; k < count; k++) {
                fromRight.seek((done + k) * columns + column);
                tile.readRight(fromRight, k);
            }
            tile.multiply(count);
        }
        return tile;
    }

    private void write(int number, ProductTile tile) {
        long row = firstRow(number);
        long column = firstColumn(number);
        if (bias.length > 0) {
            tile.addBias(bias, (int) (biasPerRow ? row : column), biasPerRow);
        }
        Cursor to = new Cursor(out);
        for (int i = 0; i < Math.min(ROWS, rows - row); i++) {
            to.seek((row + i) * columns + column);
            tile.write(to, i);
        }
    }
}
