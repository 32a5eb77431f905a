// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_sum;

import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;

/**
 * Sums over one range of dimensions of a contiguous tensor. oneDNN adds blocks in float32, Java adds the sums of the
 * blocks in float64, so that long sums stay exact.
 */
final class Sums {
    /** Elements of a row that oneDNN adds up at once, to 16 or more partial sums. */
    private static final long ROW_BLOCK = 4096;

    /** Rows that oneDNN adds up at once, one after the other. */
    private static final long COLUMN_BLOCK = 512;

    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;
    private final NaNs nans;

    Sums(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
        this.nans = new NaNs(runner);
    }

    boolean reduce(Reduction function, Tensor in, Tensor out) {
        if (function == Reduction.PRODUCT
                || !thresholds.fitsCheap(in)
                || !in.isContiguous()
                || in.dtype() != out.dtype()) {
            return false;
        }
        int rank = in.shape().rank();
        int first = 0;
        while (first < rank && in.size(first) == out.size(first)) {
            first++;
        }
        int end = rank;
        while (end > first && in.size(end - 1) == out.size(end - 1)) {
            end--;
        }
        for (int d = first; d < end; d++) {
            if (out.size(d) != 1) {
                return false;
            }
        }
        long outer = product(in, 0, first);
        long reduced = product(in, first, end);
        long inner = product(in, end, rank);
        if (reduced < 2) {
            return false;
        }
        if (function != Reduction.SUM) {
            return inner == 1 && extremes(function, in, outer, reduced, out);
        }
        return inner == 1 ? rows(in, outer, reduced, out) : columns(in, outer, reduced, inner, out);
    }

    private static long product(Tensor tensor, int from, int to) {
        long product = 1;
        for (int d = from; d < to; d++) {
            product *= tensor.size(d);
        }
        return product;
    }

    /** Sums of contiguous rows; {@code out} has one element for each. */
    boolean rows(Tensor in, long rows, long width, Tensor out) {
        long block = width <= ROW_BLOCK ? width : commonPowerOfTwo(width, ROW_BLOCK);
        if (block < 16) {
            return false;
        }
        long blocks = width / block;
        try (Tensor partial = Tensor.empty(DType.FLOAT32, Shape.of(rows, blocks, 1))) {
            return Call.of(Family.REDUCTION, dnnl_reduction_sum)
                            .reads(DNNL_ARG_SRC, in, Layout.contiguous(in.dtype(), rows * blocks, block))
                            .writes(DNNL_ARG_DST, partial, Layout.contiguous(DType.FLOAT32, rows * blocks, 1))
                            .run(runner)
                    && deliver(partial, out);
        }
    }

    /** Largest or smallest elements of rows, of which oneDNN would drop NaN. */
    private boolean extremes(Reduction function, Tensor in, long rows, long width, Tensor out) {
        int algorithm = function == Reduction.MAXIMUM ? dnnl_reduction_max : dnnl_reduction_min;
        return rows > 1
                && out.isContiguous()
                && nans.absent(in)
                && Call.of(Family.REDUCTION, algorithm)
                        .reads(DNNL_ARG_SRC, in, Layout.contiguous(in.dtype(), rows, width))
                        .writes(DNNL_ARG_DST, out, Layout.contiguous(out.dtype(), rows, 1))
                        .run(runner);
    }

    /** Sums over the middle of [outer, reduced, inner], as products with rows of ones. */
    boolean columns(Tensor in, long outer, long reduced, long inner, Tensor out) {
        long block = reduced <= COLUMN_BLOCK ? reduced : commonPowerOfTwo(reduced, COLUMN_BLOCK);
        if (block < 16) {
            return false;
        }
        long blocks = reduced / block;
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor ones = temporaries.filled(in.dtype(), 1, 1, 1, block);
            Tensor partial = temporaries.empty(DType.FLOAT32, Shape.of(outer, blocks, inner));
            return Call.of(Family.MATMUL)
                            .reads(DNNL_ARG_SRC, ones, Layout.contiguous(in.dtype(), 1, 1, block))
                            .reads(DNNL_ARG_WEIGHTS, in, Layout.contiguous(in.dtype(), outer * blocks, block, inner))
                            .writes(DNNL_ARG_DST, partial, Layout.contiguous(DType.FLOAT32, outer * blocks, 1, inner))
                            .run(runner)
                    && deliver(partial, out);
        }
    }

    /** Adds up the middle dimension of the partial sums and rounds once. */
    private boolean deliver(Tensor partial, Tensor out) {
        long blocks = partial.size(1);
        long inner = partial.size(2);
        double[] sums = new double[(int) inner];
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor result = out.isContiguous() ? out : temporaries.result(out, out.dtype());
            long from = partial.address();
            long to = result.address();
            for (long i = 0; i < partial.size(0); i++) {
                Arrays.fill(sums, 0);
                for (long b = 0; b < blocks; b++) {
                    for (int c = 0; c < inner; c++) {
                        sums[c] += Memory.getFloat(from);
                        from += Float.BYTES;
                    }
                }
                for (int c = 0; c < inner; c++) {
                    Elements.put(out.dtype(), to, sums[c]);
                    to += out.dtype().bytes();
                }
            }
            Reference.reachabilityFence(partial);
            Reference.reachabilityFence(result);
            temporaries.finish();
        }
        return true;
    }

    private static long commonPowerOfTwo(long number, long limit) {
        return Math.min(Long.lowestOneBit(number), limit);
    }
}
