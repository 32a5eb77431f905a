// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_div;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_log;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_sqrt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Cleaner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kernels on oneDNN. Small tensors, float64, layouts and functions that oneDNN has only slow code for go to the Java
 * kernels.
 */
public final class OneDnnBackend implements Backend {
    /** Below this many elements a call costs more than the Java loop. */
    private static final long SMALL = 4096;

    /** Per thread; a training step of a model needs a few dozen. */
    private static final int CACHED_PRIMITIVES = 512;

    private static final Cleaner CLEANER = Cleaner.create();

    private final JavaBackend java = new JavaBackend();
    private final MatrixProducts products;
    private final SoftmaxLosses losses;
    private final ThreadLocal<ThreadCache> caches;

    /** Dies with its thread, and takes the cache along. */
    private static final class ThreadCache {
        private final PrimitiveCache cache;

        ThreadCache(PrimitiveCache cache) {
            this.cache = cache;
            CLEANER.register(this, cache::close);
        }
    }

    private OneDnnBackend(OneDnn library) {
        this.caches =
                ThreadLocal.withInitial(() -> new ThreadCache(new PrimitiveCache(library.engine(), CACHED_PRIMITIVES)));
        this.products = new MatrixProducts(this::run, java);
        this.losses = new SoftmaxLosses(this::run, java);
    }

    /**
     * Loads the native library.
     *
     * @throws LinkageError if there is none for this platform
     */
    public static OneDnnBackend load() {
        return new OneDnnBackend(OneDnn.load());
    }

    /** Runs a primitive on the calling thread; false where oneDNN has no fast one. */
    private boolean run(Recipe recipe, Tensor... operands) {
        return caches.get().cache.run(recipe, operands);
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        products.matmul(a, b, bias, out);
    }

    @Override
    public void unary(Unary function, Tensor in, Tensor out) {
        // oneDNN's exp and relu turn NaN into a number, which would hide a diverging training.
        boolean careful = function == Unary.EXP || function == Unary.RELU;
        boolean done = isRun(in, out)
                && !(careful && !java.isFinite(in))
                && run(
                        new Recipe(
                                Family.ELTWISE,
                                algorithm(function),
                                alpha(function),
                                0,
                                List.of(Layout.flat(in), Layout.flat(out))),
                        in,
                        out);
        if (!done) {
            java.unary(function, in, out);
        }
    }

    @Override
    public void unaryGrad(Unary function, Tensor in, Tensor gradOut, Tensor out) {
        boolean done = isRun(in, gradOut, out)
                && run(
                        new Recipe(
                                Family.ELTWISE_GRAD,
                                algorithm(function),
                                alpha(function),
                                0,
                                List.of(Layout.flat(in), Layout.flat(gradOut), Layout.flat(out))),
                        in,
                        gradOut,
                        out);
        if (!done) {
            java.unaryGrad(function, in, gradOut, out);
        }
    }

    @Override
    public void binary(Binary function, Tensor a, Tensor b, Tensor out) {
        if (!binaryDone(algorithm(function), a, b, out)) {
            java.binary(function, a, b, out);
        }
    }

    private boolean binaryDone(int algorithm, Tensor a, Tensor b, Tensor out) {
        if (isRun(a, b, out)) {
            return run(
                    Recipe.of(Family.BINARY, algorithm, Layout.flat(a), Layout.flat(b), Layout.flat(out)), a, b, out);
        }
        // oneDNN stretches the second operand only.
        boolean stretched =
                isRun(a, out) && b.dtype() == DType.FLOAT32 && out.shape().rank() <= 5;
        return stretched
                && run(
                        Recipe.of(Family.BINARY, algorithm, Layout.of(a), Layout.broadcast(b), Layout.of(out)),
                        a,
                        b,
                        out);
    }

    @Override
    public void scale(Tensor a, double factor, double term, Tensor out) {
        boolean done = isRun(a, out)
                && run(
                        new Recipe(
                                Family.ELTWISE,
                                dnnl_eltwise_linear,
                                (float) factor,
                                (float) term,
                                List.of(Layout.flat(a), Layout.flat(out))),
                        a,
                        out);
        if (!done) {
            java.scale(a, factor, term, out);
        }
    }

    @Override
    public void sum(Tensor in, Tensor out) {
        if (!(isRun(in) && out.dtype() == DType.FLOAT32 && products.sumOfRows(in, out))) {
            java.sum(in, out);
        }
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor lossesOut, Tensor logSumExps) {
        if (!(isRun(logits) && losses.forward(logits, targets, lossesOut, logSumExps))) {
            java.crossEntropy(logits, targets, lossesOut, logSumExps);
        }
    }

    @Override
    public void crossEntropyGrad(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out) {
        if (!(isRun(logits, out) && losses.backward(logits, targets, gradLosses, out))) {
            java.crossEntropyGrad(logits, targets, logSumExps, gradLosses, out);
        }
    }

    @Override
    public void gatherRows(Tensor table, Tensor ids, Tensor out) {
        java.gatherRows(table, ids, out);
    }

    @Override
    public void scatterAddRows(Tensor rows, Tensor ids, Tensor table) {
        java.scatterAddRows(rows, ids, table);
    }

    @Override
    public void convert(Tensor in, Tensor out) {
        boolean known = isBetweenFloats(in.dtype(), out.dtype())
                && in.elements() >= SMALL
                && in.isContiguous()
                && out.isContiguous();
        if (!(known && run(Recipe.of(Family.REORDER, 0, Layout.flat(in), Layout.flat(out)), in, out))) {
            java.convert(in, out);
        }
    }

    @Override
    public boolean isFinite(Tensor in) {
        return java.isFinite(in);
    }

    private static boolean isBetweenFloats(DType from, DType to) {
        return from == DType.FLOAT32 && to == DType.BFLOAT16 || from == DType.BFLOAT16 && to == DType.FLOAT32;
    }

    /** Whether all are float32, contiguous, of one size and not small. */
    private static boolean isRun(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (tensor.dtype() != DType.FLOAT32 || !tensor.isContiguous() || tensor.elements() < SMALL) {
                return false;
            }
        }
        return true;
    }

    private static int algorithm(Unary function) {
        return switch (function) {
            case NEGATE -> dnnl_eltwise_linear;
            case EXP -> dnnl_eltwise_exp;
            case LOG -> dnnl_eltwise_log;
            case SQRT -> dnnl_eltwise_sqrt;
            case TANH -> dnnl_eltwise_tanh;
            case SIGMOID -> dnnl_eltwise_logistic;
            case RELU -> dnnl_eltwise_relu;
            case GELU -> dnnl_eltwise_gelu_erf;
        };
    }

    private static float alpha(Unary function) {
        return function == Unary.NEGATE ? -1 : 0;
    }

    private static int algorithm(Binary function) {
        return switch (function) {
            case ADD -> dnnl_binary_add;
            case SUBTRACT -> dnnl_binary_sub;
            case MULTIPLY -> dnnl_binary_mul;
            case DIVIDE -> dnnl_binary_div;
        };
    }
}
