// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.howdah.trainer.kernel.Epilogue;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Matrix products. */
final class MatrixProducts {
    /** From which depth on packing the left operand is worth a thought. */
    private static final long DEEP = 512;

    /** Rows that are worth a copy of what they are multiplied with. */
    private static final int HIGH = 1024;

    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;

    MatrixProducts(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
    }

    boolean matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        DType dtype = a.dtype();
        if (!thresholds.fitsProduct(dtype, (double) out.elements() * a.size(-1))) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor left = isBetterTransposed(a, b) ? temporaries.contiguous(a, dtype) : operand(a, temporaries);
            Tensor right = operand(b, temporaries);
            Tensor row = temporaries.contiguousIfAny(bias, dtype);
            Tensor result = isRowMajor(out) ? out : temporaries.result(out, out.dtype());
            boolean done = multiply(left, right, row, result) || multiplyWide(left, right, row, result);
            temporaries.finish();
            return done;
        }
    }

    /** False, with nothing done, for what is left to {@link #matmul} and separate passes. */
    boolean product(Tensor a, Tensor b, Epilogue epilogue, Tensor out) {
        Tensor addend = epilogue.addend();
        if (!thresholds.fitsProduct(a.dtype(), (double) out.elements() * a.size(-1))
                || !isRowMajor(out)
                || addend != null && !fits(addend, out)) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor left = operand(a, temporaries);
            Tensor right = operand(b, temporaries);
            int algorithm = epilogue.accumulates() ? PlainDescriptions.ACCUMULATES : 0;
            Call call = Call.of(Family.SCALED_MATMUL, algorithm)
                    .parameters(epilogue.scale(), 0)
                    .reads(DNNL_ARG_SRC, left, layout(left))
                    .reads(DNNL_ARG_WEIGHTS, right, layout(right))
                    .writes(DNNL_ARG_DST, out, layout(out));
            if (addend != null) {
                call.reads(
                        PointwiseDescriptions.OPERAND_OF_POST_OP_1,
                        addend,
                        Layout.of(addend).broadcast());
            }
            return call.run(runner);
        }
    }

    /** Whether oneDNN finds the addend's elements by the places of the result's: both dense, or whole matrices repeated. */
    private static boolean fits(Tensor addend, Tensor out) {
        long[] strides = addend.strides();
        boolean repeated = strides.length == 3 && strides[0] == 0;
        if (repeated) {
            strides[0] = addend.size(1) * addend.size(2);
        }
        return addend.dtype() == out.dtype()
                && out.isContiguous()
                && Arrays.equals(strides, addend.shape().contiguousStrides());
    }

    private boolean multiply(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        Call call = Call.of(Family.MATMUL)
                .reads(DNNL_ARG_SRC, a, layout(a))
                .reads(DNNL_ARG_WEIGHTS, b, isBetterPacked(a, b) ? layout(b).free() : layout(b))
                .writes(DNNL_ARG_DST, out, layout(out));
        if (bias != null) {
            long[] sizes = new long[out.shape().rank()];
            Arrays.fill(sizes, 1);
            sizes[sizes.length - 1] = bias.elements();
            call.reads(DNNL_ARG_BIAS, bias, Layout.contiguous(bias.dtype(), sizes));
        }
        return call.run(runner);
    }

    /** In float32, for a 16-bit dtype that this processor has no fast product for. */
    private boolean multiplyWide(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (a.dtype().bytes() != 2) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor result = temporaries.result(out, DType.FLOAT32);
            boolean done = multiply(
                    temporaries.contiguous(a, DType.FLOAT32),
                    temporaries.contiguous(b, DType.FLOAT32),
                    temporaries.contiguousIfAny(bias, DType.FLOAT32),
                    result);
            if (done) {
                temporaries.finish();
            }
            return done;
        }
    }

    /**
     * Whether a copy of a transposed left operand by rows costs less than it saves: oneDNN packs it again for every block
     * of columns of the right one. That is so for the gradient of a weight that is wide rather than high.
     */
    private static boolean isBetterTransposed(Tensor a, Tensor b) {
        return a.dtype().bytes() == 2
                && a.shape().rank() == 2
                && !isRowMajor(a)
                && a.size(1) >= DEEP
                && b.size(1) >= 2 * a.size(0);
    }

    /**
     * Whether it pays to bring the right operand into oneDNN's own order once, which it otherwise does for every block of
     * rows of the left one: for many rows and a matrix that is wide, or high with its rows in a row.
     */
    private static boolean isBetterPacked(Tensor a, Tensor b) {
        if (a.shape().rank() != 2 || b.shape().rank() != 2 || !isRowMajor(a) || a.size(0) < HIGH) {
            return false;
        }
        return b.size(1) >= 2 * b.size(0) || isRowMajor(b) && b.size(0) >= 2 * b.size(1);
    }

    /** The tensor itself, or a copy where neither its rows nor its columns lie side by side. */
    private static Tensor operand(Tensor tensor, Temporaries temporaries) {
        return isRowMajor(tensor) || isColumnMajor(tensor) ? tensor : temporaries.contiguous(tensor, tensor.dtype());
    }

    private static boolean isRowMajor(Tensor tensor) {
        boolean unit = tensor.stride(-1) == 1 || tensor.size(-1) == 1;
        return unit && (tensor.stride(-2) >= tensor.size(-1) || tensor.size(-2) == 1);
    }

    private static boolean isColumnMajor(Tensor tensor) {
        boolean unit = tensor.stride(-2) == 1 || tensor.size(-2) == 1;
        return unit && (tensor.stride(-1) >= tensor.size(-2) || tensor.size(-1) == 1);
    }

    /** With strides that oneDNN recognises even where a dimension of size 1 leaves them open; stretched batches shrink. */
    private static Layout layout(Tensor tensor) {
        Shape shape = tensor.shape();
        int rank = shape.rank();
        long[] sizes = shape.sizes();
        long[] strides = tensor.strides();
        long rows = sizes[rank - 2];
        long columns = sizes[rank - 1];
        if (isRowMajor(tensor)) {
            strides[rank - 1] = 1;
            strides[rank - 2] = rows == 1 ? columns : strides[rank - 2];
        } else {
            strides[rank - 2] = 1;
            strides[rank - 1] = columns == 1 ? rows : strides[rank - 1];
        }
        if (rank == 3 && (sizes[0] == 1 || strides[0] == 0)) {
            sizes[0] = 1;
            strides[0] = rows * columns;
        }
        return Layout.of(tensor.dtype(), sizes, strides);
    }
}
