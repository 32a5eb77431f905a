// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Epilogue;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Cleaner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kernels on oneDNN. Small tensors, float64, integers, layouts and functions that oneDNN has only slow code for go to
 * the Java kernels.
 */
public final class OneDnnBackend extends JavaBackend {
    /** Per thread; a training step of a model needs a few dozen. */
    private static final int CACHED_PRIMITIVES = 512;

    private static final Cleaner CLEANER = Cleaner.create();

    private final ThreadLocal<ThreadCache> caches;
    private final MatrixProducts products;
    private final Pointwise pointwise;
    private final Broadcasts broadcasts;
    private final Sums sums;
    private final Softmaxes softmaxes;
    private final RowNorms rowNorms;
    private final ChannelNorms channelNorms;
    private final Convolutions convolutions;
    private final Pools pools;
    private final Conversions conversions;

    /** Dies with its thread, and takes the cache along. */
    private static final class ThreadCache {
        private final PrimitiveCache cache;

        ThreadCache(PrimitiveCache cache) {
            this.cache = cache;
            CLEANER.register(this, cache::close);
        }
    }

    /** What does the small rest of a kernel: the Java kernels, but for copies, which may be large. */
    private final class Companion extends JavaBackend {
        @Override
        public void convert(Tensor in, Tensor out) {
            OneDnnBackend.this.convert(in, out);
        }
    }

    private OneDnnBackend(OneDnn library, Thresholds thresholds) {
        JavaBackend java = new Companion();
        this.caches =
                ThreadLocal.withInitial(() -> new ThreadCache(new PrimitiveCache(library.engine(), CACHED_PRIMITIVES)));
        this.conversions = new Conversions(this::run, thresholds);
        this.products = new MatrixProducts(this::run, thresholds, java);
        this.pointwise = new Pointwise(this::run, thresholds, java);
        this.broadcasts = new Broadcasts(this::run, thresholds);
        this.sums = new Sums(this::run, thresholds, java);
        this.softmaxes = new Softmaxes(this::run, thresholds, java);
        this.rowNorms = new RowNorms(this::run, thresholds, java);
        this.channelNorms = new ChannelNorms(this::run, thresholds, java);
        this.pools = new Pools(this::run, thresholds);
        this.convolutions = new Convolutions(this::run, thresholds, java);
    }

    /**
     * Loads the native library.
     *
     * @throws LinkageError if there is none for this platform
     */
    public static OneDnnBackend load() {
        return load(Thresholds.MEASURED);
    }

    static OneDnnBackend load(Thresholds thresholds) {
        return new OneDnnBackend(OneDnn.load(), thresholds);
    }

    /** Runs a primitive on the calling thread; false where oneDNN has no fast one. */
    private boolean run(Recipe recipe, List<Tensor> operands) {
        return caches.get().cache.run(recipe, operands);
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (!products.matmul(a, b, bias, out)) {
            super.matmul(a, b, bias, out);
        }
    }

    @Override
    public void product(Tensor a, Tensor b, Epilogue epilogue, Tensor out) {
        if (!products.product(a, b, epilogue, out)) {
            super.product(a, b, epilogue, out);
        }
    }

    @Override
    public void unary(Unary function, double alpha, double beta, Tensor in, Tensor out) {
        if (!pointwise.unary(function, alpha, beta, in, out)) {
            super.unary(function, alpha, beta, in, out);
        }
    }

    @Override
    public void unaryGrad(Unary function, double alpha, double beta, Tensor in, Tensor gradOut, Tensor out) {
        if (!pointwise.unaryGrad(function, alpha, beta, in, gradOut, out)) {
            super.unaryGrad(function, alpha, beta, in, gradOut, out);
        }
    }

    @Override
    public void unaryGradOfResult(Unary function, Tensor result, Tensor gradOut, Tensor out) {
        if (!pointwise.unaryGradOfResult(function, result, gradOut, out)) {
            super.unaryGradOfResult(function, result, gradOut, out);
        }
    }

    @Override
    public void binary(Binary function, Tensor a, Tensor b, Tensor out) {
        if (!broadcasts.binary(function, a, b, out)) {
            super.binary(function, a, b, out);
        }
    }

    @Override
    public void compare(Comparison relation, Tensor a, Tensor b, Tensor out) {
        if (!broadcasts.compare(relation, a, b, out)) {
            super.compare(relation, a, b, out);
        }
    }

    @Override
    public void where(Tensor condition, Tensor a, Tensor b, Tensor out) {
        if (!broadcasts.where(condition, a, b, out)) {
            super.where(condition, a, b, out);
        }
    }

    @Override
    public void scale(Tensor a, double factor, double term, Tensor out) {
        if (!pointwise.scale(a, factor, term, out)) {
            super.scale(a, factor, term, out);
        }
    }

    @Override
    public void reduce(Reduction function, Tensor in, Tensor out) {
        if (!sums.reduce(function, in, out)) {
            super.reduce(function, in, out);
        }
    }

    @Override
    public void softmax(boolean logarithm, Tensor in, Tensor out) {
        if (!softmaxes.softmax(logarithm, in, out)) {
            super.softmax(logarithm, in, out);
        }
    }

    @Override
    public void softmaxGrad(boolean logarithm, Tensor result, Tensor gradOut, Tensor out) {
        if (!softmaxes.softmaxGrad(logarithm, result, gradOut, out)) {
            super.softmaxGrad(logarithm, result, gradOut, out);
        }
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        if (!softmaxes.crossEntropy(logits, targets, losses, logSumExps)) {
            super.crossEntropy(logits, targets, losses, logSumExps);
        }
    }

    @Override
    public void crossEntropyGrad(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out) {
        if (!softmaxes.crossEntropyGrad(logits, targets, logSumExps, gradLosses, out)) {
            super.crossEntropyGrad(logits, targets, logSumExps, gradLosses, out);
        }
    }

    @Override
    public void rowNorm(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            @Nullable Tensor means,
            Tensor inverses) {
        if (!rowNorms.forward(new RowNorms.Forward(in, weight, bias, epsilon, out, means, inverses))) {
            super.rowNorm(in, weight, bias, epsilon, out, means, inverses);
        }
    }

    @Override
    public void rowNormGrad(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor means,
            Tensor inverses,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias) {
        if (!rowNorms.backward(
                new RowNorms.Backward(in, weight, means, inverses, gradOut),
                new RowNorms.Gradients(gradIn, gradWeight, gradBias))) {
            super.rowNormGrad(in, weight, means, inverses, gradOut, gradIn, gradWeight, gradBias);
        }
    }

    @Override
    public void batchNorm(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            Tensor means,
            Tensor variances) {
        if (!channelNorms.batch(in, weight, bias, epsilon, out, means, variances)) {
            super.batchNorm(in, weight, bias, epsilon, out, means, variances);
        }
    }

    @Override
    public void channelNorm(
            Tensor in, Tensor means, Tensor inverses, @Nullable Tensor weight, @Nullable Tensor bias, Tensor out) {
        if (!channelNorms.norm(in, means, inverses, weight, bias, out)) {
            super.channelNorm(in, means, inverses, weight, bias, out);
        }
    }

    @Override
    public void channelNormGrad(
            boolean batch,
            Tensor in,
            Tensor means,
            Tensor inverses,
            @Nullable Tensor weight,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias) {
        if (!channelNorms.backward(
                new ChannelNorms.Backward(batch, in, means, inverses, weight, gradOut),
                new ChannelNorms.Gradients(gradIn, gradWeight, gradBias))) {
            super.channelNormGrad(batch, in, means, inverses, weight, gradOut, gradIn, gradWeight, gradBias);
        }
    }

    @Override
    public void convolution(Tensor in, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out) {
        if (!convolutions.forward(new Convolutions.Parts(in, weight, bias, out, window, groups))) {
            super.convolution(in, weight, bias, window, groups, out);
        }
    }

    @Override
    public void convolutionGradInput(Tensor gradOut, Tensor weight, Window window, int groups, Tensor gradIn) {
        if (!convolutions.gradInput(new Convolutions.Parts(gradIn, weight, null, gradOut, window, groups))) {
            super.convolutionGradInput(gradOut, weight, window, groups, gradIn);
        }
    }

    @Override
    public void convolutionGradWeight(Tensor gradOut, Tensor in, Window window, int groups, Tensor gradWeight) {
        if (!convolutions.gradWeight(new Convolutions.Parts(in, gradWeight, null, gradOut, window, groups))) {
            super.convolutionGradWeight(gradOut, in, window, groups, gradWeight);
        }
    }

    @Override
    public void averagePool(Tensor in, Window window, boolean countPadding, int divisor, Tensor out) {
        if (!pools.average(in, window, countPadding, divisor, out)) {
            super.averagePool(in, window, countPadding, divisor, out);
        }
    }

    @Override
    public void averagePoolGrad(Tensor gradOut, Window window, boolean countPadding, int divisor, Tensor gradIn) {
        if (!pools.averageGrad(gradOut, window, countPadding, divisor, gradIn)) {
            super.averagePoolGrad(gradOut, window, countPadding, divisor, gradIn);
        }
    }

    @Override
    public void convert(Tensor in, Tensor out) {
        if (!conversions.convert(in, out)) {
            super.convert(in, out);
        }
    }
}
