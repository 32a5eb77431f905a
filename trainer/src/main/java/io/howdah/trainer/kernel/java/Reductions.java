// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/**
 * Reduces some of the dimensions. The elements of one result are taken in pieces of fixed length, so that the result
 * does not depend on the number of threads. Sums of at most binary32 run pairwise in binary32 over one chunk and in
 * binary64 from there on; all else in binary64 or in 64-bit integers.
 */
final class Reductions {
    private static final int CHUNK = Elementwise.CHUNK;

    /** Elements that are reduced without interruption. */
    private static final long PIECE = 1 << 16;

    /** Blocks below which columns are cut along the rows too; does not depend on the number of threads. */
    private static final long FEW = 16;

    /** Rows that are added in binary32. */
    private static final int SHORT = 16;

    private final Reduction function;
    private final boolean single;

    /** Kept dimensions, reduced dimensions, and at last the innermost kept ones where they lie closest. */
    private final Tensor in;

    private final long outer;
    private final long length;
    private final long inner;

    private Reductions(Reduction function, Tensor in, Tensor out) {
        this.function = function;
        this.single = Pointwise.isSingle(in);
        int rank = in.shape().rank();
        int[] order = new int[rank];
        int last = in.dtype().isFloating() ? innermostKept(in, out) : -1;
        int next = 0;
        for (boolean kept : new boolean[] {true, false}) {
            for (int d = 0; d < rank; d++) {
                if (d != last && kept == (in.size(d) == out.size(d))) {
                    order[next++] = d;
                }
            }
        }
        if (last >= 0) {
            order[next] = last;
        }
        this.in = Layouts.permuted(in, order);
        this.inner = last < 0 ? 1 : in.size(last);
        this.outer = out.elements() / inner;
        this.length = in.elements() / out.elements();
    }

    /** The kept dimension whose neighbours lie closer than those of all reduced ones, if it is the last kept one; or −1. */
    private static int innermostKept(Tensor in, Tensor out) {
        int last = -1;
        long closest = Long.MAX_VALUE;
        for (int d = 0; d < in.shape().rank(); d++) {
            if (in.size(d) == out.size(d)) {
                last = in.size(d) > 1 ? d : last;
            } else {
                closest = Math.min(closest, in.stride(d));
            }
        }
        return last >= 0 && closest != Long.MAX_VALUE && in.stride(last) < closest ? last : -1;
    }

    static void reduce(Reduction function, Tensor in, Tensor out) {
        if (out.elements() == 0) {
            return;
        }
        Reductions walk = new Reductions(function, in, out);
        if (in.dtype().isFloating()) {
            double[] results = walk.inner == 1 ? walk.lines() : walk.columns();
            new Cursor(out).write(results, results.length);
        } else {
            long[] results = walk.integers();
            new Cursor(out).write(results, results.length);
        }
    }

    /** One line of consecutive elements per result. */
    private double[] lines() {
        int pieces = Math.toIntExact(Math.max(1, (length + PIECE - 1) / PIECE));
        double[] parts = new double[Math.toIntExact(outer * pieces)];
        int chunk = (int) Math.min(CHUNK, length);
        Parallel.ranges(parts.length, Parallel.GRAIN / Math.max(1, Math.min(length, Parallel.GRAIN)), (from, to) -> {
            Folds folds = new Folds(function, single ? chunk : 0, single ? 0 : chunk);
            Cursor cursor = new Cursor(in);
            for (int i = (int) from; i < to; i++) {
                long start = i % pieces * PIECE;
                cursor.seek(i / pieces * length + start);
                parts[i] = folds.fold(cursor, Math.min(PIECE, length - start));
            }
        });
        return combined(parts, pieces);
    }

    /** Combines neighbouring parts. */
    private double[] combined(double[] parts, int pieces) {
        if (pieces == 1) {
            return parts;
        }
        double[] results = new double[parts.length / pieces];
        for (int i = 0; i < results.length; i++) {
            results[i] = parts[i * pieces];
            for (int piece = 1; piece < pieces; piece++) {
                results[i] = Folds.combine(function, results[i], parts[i * pieces + piece]);
            }
        }
        return results;
    }

    private long[] integers() {
        long[] results = new long[Math.toIntExact(outer)];
        Parallel.ranges(results.length, Parallel.GRAIN / Math.max(1, Math.min(length, Parallel.GRAIN)), (from, to) -> {
            Cursor cursor = new Cursor(in, from * length);
            long[] chunk = new long[(int) Math.min(CHUNK, length)];
            for (int i = (int) from; i < to; i++) {
                results[i] = Folds.integralIdentity(function);
                for (long done = 0; done < length; done += CHUNK) {
                    int count = (int) Math.min(CHUNK, length - done);
                    cursor.read(chunk, count);
                    results[i] = Folds.fold(function, results[i], chunk, count);
                }
            }
        });
        return results;
    }

    /** One block of neighbouring results at a time, to which row after row is added. */
    private double[] columns() {
        int width = (int) Math.min(inner, CHUNK);
        int blocks = Math.toIntExact((inner + width - 1) / width);
        // Few blocks would leave threads idle, so they are cut along the rows too.
        long rows = Math.max(1, outer * blocks < FEW ? Math.min(length, Math.max(64, PIECE / width)) : length);
        int pieces = Math.toIntExact(Math.max(1, (length + rows - 1) / rows));
        double[] parts = new double[Math.toIntExact(outer * inner * pieces)];
        Parallel.each(Math.toIntExact(outer * pieces * blocks), rows * width, item -> {
            int from = item % blocks * width;
            int piece = item / blocks % pieces;
            long line = item / blocks / pieces;
            int count = (int) Math.min(width, inner - from);
            long end = Math.min(length, (piece + 1) * rows);
            double[] results = block(line * length + piece * rows, line * length + end, from, count);
            int to = Math.toIntExact((line * inner + from) * pieces + piece);
            for (int i = 0; i < count; i++) {
                parts[to + i * pieces] = results[i];
            }
        });
        return combined(parts, pieces);
    }

    /** Reduces some rows of some columns. */
    private double[] block(long firstRow, long endRow, int from, int count) {
        double[] results = new double[count];
        Arrays.fill(results, Folds.identity(function));
        boolean summing = function == Reduction.SUM && single;
        float[] sums = new float[summing ? count : 0];
        float[] floats = new float[summing ? count : 0];
        double[] doubles = new double[summing ? 0 : count];
        Cursor cursor = new Cursor(in);
        for (long row = firstRow; row < endRow; row++) {
            cursor.seek(row * inner + from);
            if (!summing) {
                cursor.read(doubles, count);
                Folds.combine(function, results, doubles, count);
                continue;
            }
            cursor.read(floats, count);
            Functions32.add(sums, floats, count);
            if ((row - firstRow) % SHORT == SHORT - 1 || row + 1 == endRow) {
                for (int i = 0; i < count; i++) {
                    results[i] += sums[i];
                }
                Arrays.fill(sums, 0);
            }
        }
        return results;
    }
}
