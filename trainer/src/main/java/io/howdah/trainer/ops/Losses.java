// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.AutocastMode;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Losses of a classification. Sixteen-bit inputs are computed in float32; only the result is rounded. */
public final class Losses {
    /** Per-sample losses; inputs: logits, class numbers, and where samples are ignored which ones are not. */
    static final Op<NoAttributes> CROSS_ENTROPY = Op.<NoAttributes>named("crossEntropy", AutocastCategory.FP32)
            .dtypes(EnumSet.of(DType.FLOAT64, DType.FLOAT32))
            .forward(call -> {
                Tensor logits = call.input(0);
                Tensor losses = call.out(call.input(1).shape());
                Tensor logSumExps = Tensor.empty(logits.dtype(), losses.shape());
                call.backend().crossEntropy(logits, call.input(1), losses, logSumExps);
                call.saveInput(0);
                call.saveInput(1);
                if (call.inputs() == 3) {
                    clear(call.backend(), call.input(2), losses, losses);
                    call.saveInput(2);
                }
                call.saveInternal(logSumExps);
            })
            .backward(call -> call.give(0, () -> GradMode.isEnabled() ? formula(call) : fused(call)));

    static final List<Op<?>> ALL = List.of(CROSS_ENTROPY);

    /** What becomes of the losses of single samples. */
    public enum Reduction {
        NONE,
        MEAN,
        SUM;

        /** The reduction named {@code none}, {@code mean} or {@code sum}. */
        public static Reduction named(String name) {
            return switch (name) {
                case "none" -> NONE;
                case "mean" -> MEAN;
                case "sum" -> SUM;
                default ->
                    throw new IllegalArgumentException(
                            "Cannot choose reduction: name=" + name + ", expected none, mean or sum; correct the name");
            };
        }

        /** The losses as this says. */
        Tensor of(Tensor losses) {
            return switch (this) {
                case NONE -> losses;
                case MEAN -> Reductions.mean(losses);
                case SUM -> Reductions.sum(losses);
            };
        }
    }

    private Losses() {}

    /** {@link #crossEntropy(Tensor, Tensor, ClassOptions)} without further options. */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, Reduction reduction) {
        return crossEntropy(logits, targets, ClassOptions.of(reduction));
    }

    /**
     * The cross entropy, in nats, of the targets and the softmax of the logits: for a class number t it is w[t]·(ln Σ_c
     * exp(logits[c]) − logits[t]), for probabilities p −Σ_c w[c]·p[c]·ln softmax(logits)[c]. The mean of class numbers
     * is divided by Σ w[t] over the samples that are not ignored, and NaN where all are; that of probabilities by the
     * number of samples.
     *
     * @param logits [N, C], [N, C, d…] or [C]
     * @param targets class numbers in [0, C), or the ignored one, of an integral dtype: the shape of the logits without
     *     C; or probabilities in the shape and dtype of the logits
     * @return with NONE the shape of the logits without C, else a scalar
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, ClassOptions options) {
        int dimension = classDimension("crossEntropy", logits);
        DType dtype = logits.dtype();
        if (targets.dtype().isFloating()) {
            checkShapes("crossEntropy", logits, targets, logits.shape());
            return Composite.of(() -> rounded(ofProbabilities(wide(logits), wide(targets), dimension, options), dtype));
        }
        checkShapes("crossEntropy", logits, targets, without(logits.shape(), dimension));
        return Composite.of(() -> rounded(ofClasses(wide(logits), targets, dimension, options), dtype));
    }

    /**
     * The negative log-likelihood −w[t]·logProbabilities[t] of class numbers t, reduced as the cross entropy is.
     *
     * @param logProbabilities [N, C], [N, C, d…] or [C]
     * @param targets integers in [0, C), or the ignored one: the shape of the log-probabilities without C
     * @return with NONE the shape of the targets, else a scalar
     */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor targets, ClassOptions options) {
        int dimension = classDimension("nllLoss", logProbabilities);
        checkShapes("nllLoss", logProbabilities, targets, without(logProbabilities.shape(), dimension));
        options.checkNoSmoothing("nllLoss");
        return Composite.of(() -> {
            long classes = logProbabilities.size(dimension);
            ClassTargets known = ClassTargets.of("nllLoss", targets, classes, options.ignoreIndex());
            Tensor losses = picked(wide(logProbabilities), known, dimension);
            Tensor weights = known.weights(weight("nllLoss", options, classes, losses.dtype()));
            return rounded(
                    known.reduce(weighted(losses, weights), weights, options.reduction()), logProbabilities.dtype());
        });
    }

    /** float32 for sixteen-bit floats, else the tensor itself. */
    static Tensor wide(Tensor x) {
        return x.dtype().bytes() == 2 ? Casts.to(x, DType.FLOAT32) : x;
    }

    /** A loss computed from {@link #wide} inputs in the dtype that inputs of {@code dtype} give: float32 under autocast. */
    static Tensor rounded(Tensor result, DType dtype) {
        return AutocastMode.dtype() == null ? narrow(result, dtype) : result;
    }

    /** A result computed from {@link #wide} inputs in the dtype that inputs of {@code dtype} give. */
    static Tensor narrow(Tensor result, DType dtype) {
        return dtype.bytes() == 2 && result.dtype() == DType.FLOAT32 ? Casts.to(result, dtype) : result;
    }

    /** x where it is at least {@code bound}, else the bound; the gradient passes unchanged in both cases. */
    static Tensor heldAbove(Tensor x, double bound) {
        Tensor raised;
        try (GradMode.Scope scope = GradMode.noGrad()) {
            raised = Selection.where(Comparisons.less(x, bound), Arithmetic.affine(x, -1, bound), 0.0);
        }
        return Arithmetic.add(x, raised);
    }

    private static Tensor ofClasses(Tensor logits, Tensor targets, int dimension, ClassOptions options) {
        long classes = logits.size(dimension);
        ClassTargets known = ClassTargets.of("crossEntropy", targets, classes, options.ignoreIndex());
        Tensor weight = weight("crossEntropy", options, classes, logits.dtype());
        Tensor weights = known.weights(weight);
        double smoothing = options.labelSmoothing();
        if (smoothing == 0) {
            Tensor kept = known.kept();
            Tensor rows = rows(logits, dimension);
            Tensor numbers = flat(known.numbers());
            Tensor losses = kept == null
                    ? Dispatcher.call(CROSS_ENTROPY, NoAttributes.NONE, rows, numbers)
                    : Dispatcher.call(CROSS_ENTROPY, NoAttributes.NONE, rows, numbers, flat(kept));
            Tensor shaped = sameShape(losses, targets)
                    ? losses
                    : Views.reshape(losses, targets.shape().sizes());
            return known.reduce(weighted(shaped, weights), weights, options.reduction());
        }
        Tensor logarithms = Softmaxes.logSoftmax(logits, dimension);
        Tensor losses = weighted(picked(logarithms, known, dimension), weights);
        Tensor all = weight == null ? logarithms : Arithmetic.multiply(logarithms, along(weight, logits, dimension));
        Tensor smooth = known.clearIgnored(Reductions.sum(all, dimension));
        Tensor mixed = Arithmetic.subtract(
                Arithmetic.multiply(losses, 1 - smoothing), Arithmetic.multiply(smooth, smoothing / classes));
        return known.reduce(mixed, weights, options.reduction());
    }

    private static Tensor ofProbabilities(Tensor logits, Tensor targets, int dimension, ClassOptions options) {
        long classes = logits.size(dimension);
        double smoothing = options.labelSmoothing();
        Tensor smoothed = smoothing == 0 ? targets : Arithmetic.affine(targets, 1 - smoothing, smoothing / classes);
        Tensor products = Arithmetic.multiply(Softmaxes.logSoftmax(logits, dimension), smoothed);
        Tensor weight = weight("crossEntropy", options, classes, logits.dtype());
        Tensor all = weight == null ? products : Arithmetic.multiply(products, along(weight, logits, dimension));
        return options.reduction().of(Arithmetic.negate(Reductions.sum(all, dimension)));
    }

    /** −x[…, t, …], and 0 for ignored samples. */
    private static Tensor picked(Tensor x, ClassTargets targets, int dimension) {
        Tensor index = Views.unsqueeze(Casts.to(targets.numbers(), DType.INT64), dimension);
        Tensor values = Views.squeeze(Scatters.gather(x, dimension, index), dimension);
        return targets.clearIgnored(Arithmetic.negate(values));
    }

    private static Tensor weighted(Tensor losses, @Nullable Tensor weights) {
        return weights == null ? losses : Arithmetic.multiply(losses, weights);
    }

    /** [N, C]: the classes of every sample as a row. */
    private static Tensor rows(Tensor logits, int dimension) {
        int rank = logits.shape().rank();
        if (rank == 2) {
            return logits;
        }
        Tensor last = dimension == rank - 1 ? logits : Views.movedim(logits, dimension, -1);
        return Views.reshape(last, logits.elements() / Math.max(1, logits.size(dimension)), logits.size(dimension));
    }

    private static Tensor flat(Tensor targets) {
        return targets.shape().rank() == 1 ? targets : Views.reshape(targets, targets.elements());
    }

    private static boolean sameShape(Tensor a, Tensor b) {
        return a.shape().equals(b.shape());
    }

    /** A weight per class as a factor of tensors with the shape of {@code logits}. */
    private static Tensor along(Tensor weight, Tensor logits, int dimension) {
        long[] sizes = new long[logits.shape().rank() - dimension];
        Arrays.fill(sizes, 1);
        sizes[0] = weight.elements();
        return Views.reshape(weight, sizes);
    }

    /** The weight per class, a constant, in the dtype that the losses have. */
    private static @Nullable Tensor weight(String op, ClassOptions options, long classes, DType dtype) {
        Tensor weight = options.weight();
        if (weight == null) {
            return null;
        }
        if (!weight.shape().equals(Shape.of(classes))) {
            throw new IllegalArgumentException("Cannot compute " + op + ": weight=" + weight.shape() + ", expected ["
                    + classes + "]; give one weight per class");
        }
        return Casts.to(weight.detached(), dtype);
    }

    private static int classDimension(String op, Tensor scores) {
        int rank = scores.shape().rank();
        if (rank == 0 || !scores.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot compute " + op + ": scores=" + scores
                    + ", expected [N, C], [N, C, d…] or [C] of a floating-point dtype; reshape or convert them");
        }
        return rank == 1 ? 0 : 1;
    }

    private static void checkShapes(String op, Tensor scores, Tensor targets, Shape expected) {
        if (!targets.shape().equals(expected)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": scores=" + scores.shape() + " targets="
                    + targets + ", expected targets " + expected + "; reshape or convert them");
        }
    }

    private static Shape without(Shape shape, int dimension) {
        long[] sizes = new long[shape.rank() - 1];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = shape.size(d < dimension ? d : d + 1);
        }
        return Shape.of(sizes);
    }

    /** out = kept ? in : 0. */
    private static void clear(Backend backend, Tensor kept, Tensor in, Tensor out) {
        try (Tensor zero = Tensor.zeros(in.dtype(), Shape.of())) {
            backend.where(kept, in, Broadcast.expand("crossEntropy", zero, in.shape()), out);
        }
    }

    private static Tensor fused(BackwardCall<NoAttributes> call) {
        Tensor logits = call.input(0);
        Tensor result = Tensor.empty(logits.dtype(), logits.shape());
        Tensor gradient = call.gradient();
        if (call.inputs() == 3) {
            gradient = Tensor.empty(gradient.dtype(), gradient.shape());
            clear(call.backend(), call.input(2), call.gradient(), gradient);
        }
        call.backend().crossEntropyGrad(logits, call.input(1), call.internal(0), gradient, result);
        return result;
    }

    /** gradient · (softmax(logits) − one-hot targets), 0 for ignored samples. */
    private static Tensor formula(BackwardCall<NoAttributes> call) {
        Tensor logits = call.input(0);
        Tensor oneHot = Tensor.zeros(logits.dtype(), logits.shape());
        Tensor numbers = Casts.to(Views.unsqueeze(call.input(1), 1), DType.INT64);
        Tensor one = Tensor.scalar(logits.dtype(), 1);
        call.backend().scatter(Scatter.SET, oneHot, 1, numbers, Broadcast.expand("crossEntropy", one, numbers.shape()));
        Tensor gradient = call.inputs() == 3 ? Selection.where(call.input(2), call.gradient(), 0.0) : call.gradient();
        return Arithmetic.multiply(
                Views.unsqueeze(gradient, 1), Arithmetic.subtract(Softmaxes.softmax(logits, 1), oneHot));
    }
}
