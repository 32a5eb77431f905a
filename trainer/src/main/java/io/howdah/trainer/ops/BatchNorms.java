// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation of every channel over batch and space (Ioffe and Szegedy, “Batch normalization”, 2015).
 *
 * <p>Operands of both ops are the input [N, C, …] and perhaps weight [C] and bias [C], in this order.
 */
public final class BatchNorms {
    /** With the moments of the input, which are the second and third result: means [C], biased variances [C]. */
    static final Op<Channels> BATCH_NORM = Op.<Channels>named("batchNorm", AutocastCategory.KEEP)
            .types(Op.Types.KEEP)
            .operands(Op.ANY_NUMBER)
            .forward(BatchNorms::forwardOfBatch)
            .backward(call -> {
                if (GradMode.isEnabled()) {
                    formulaOfBatch(call);
                } else {
                    fused(call, true, call.internal(0), call.internal(1));
                }
            });

    /** With given moments, constants behind the operands: means [C], variances [C]. */
    static final Op<Channels> CHANNEL_NORM = Op.<Channels>named("channelNorm", AutocastCategory.KEEP)
            .types(Op.Types.KEEP)
            .operands(Op.ANY_NUMBER)
            .forward(call -> {
                WeightAndBias affine = call.attributes().affine();
                Tensor means = precise(call, affine.count());
                Tensor variances = precise(call, affine.count() + 1);
                Tensor inverses =
                        inverses(call.backend(), variances, call.attributes().epsilon());
                normalise(call, call.outPlanes(call.shape()), means, inverses);
                call.discard(means);
                call.discard(variances);
                affine.save(call);
                call.saveInput(affine.count());
                call.saveInternal(inverses);
            })
            .backward(call -> {
                Tensor means = call.input(call.attributes().affine().count());
                if (GradMode.isEnabled()) {
                    formulaOfGiven(call, means.detached(), call.internal(0));
                } else {
                    fused(call, false, Casts.to(means, call.internal(0).dtype()), call.internal(0));
                }
            });

    static final List<Op<?>> ALL = List.of(BATCH_NORM, CHANNEL_NORM);

    /** Which operands a normalisation has, and its ε. */
    record Channels(WeightAndBias affine, double epsilon) {
        /** [N, C, L] of a shape [N, C, …]. */
        static Shape planes(Shape shape) {
            long length = 1;
            for (int d = 2; d < shape.rank(); d++) {
                length *= shape.size(d);
            }
            return Shape.of(shape.size(0), shape.size(1), length);
        }

        /** [N, C, L] of a contiguous tensor or one with its channels last. */
        static Tensor planes(Tensor x) {
            Shape planes = planes(x.shape());
            return x.isChannelsLast() ? x.subview(planes, planes.channelsLastStrides(), 0) : x.reshaped(planes);
        }

        /** The tensor itself if {@link #planes(Tensor)} takes it, else a contiguous copy. */
        static Tensor ordered(Tensor x) {
            return x.isChannelsLast() ? x : Copies.contiguous(x);
        }
    }

    /**
     * Averages of a batch norm's moments for evaluation, written to in training.
     *
     * @param mean [C]
     * @param variance [C], of unbiased variances
     */
    public record RunningMoments(Tensor mean, Tensor variance) {
        /** Goes towards the means and biased variances of {@code count} values each. */
        void follow(Tensor means, Tensor variances, double momentum, long count) {
            try (GradMode.Scope scope = GradMode.noGrad()) {
                approach(mean, means, momentum, 1);
                approach(variance, variances, momentum, count / (count - 1.0));
            }
        }

        private static void approach(Tensor average, Tensor value, double momentum, double factor) {
            Composite.of(() -> {
                Arithmetic.affineInPlace(average, 1 - momentum, 0);
                return Arithmetic.addInPlace(average, Arithmetic.multiply(value, momentum * factor));
            });
        }
    }

    /** What a batch norm has learnt: weight [C] or null, bias [C] or null. */
    public record Parameters(
            @Nullable Tensor weight, @Nullable Tensor bias) {
        public static final Parameters NONE = new Parameters(null, null);
    }

    private BatchNorms() {}

    /**
     * (x − mean) / √(variance + ε) · weight + bias with the moments of this batch, per channel.
     *
     * @param x [N, C, …] with more than one value per channel
     * @param running becomes (1 − momentum) · running + momentum · (mean, unbiased variance); may be null
     */
    public static Tensor batchNorm(
            Tensor x, @Nullable RunningMoments running, Parameters parameters, double momentum, double epsilon) {
        check("batchNorm", x, parameters, running);
        if (x.elements() == 0) {
            return scaled(x, parameters);
        }
        long count = x.elements() / x.size(1);
        if (count == 1) {
            throw new IllegalArgumentException("Cannot compute batchNorm: input=" + x.shape()
                    + ", expected more than 1 value per channel when training; use larger batches");
        }
        return Composite.of(() -> {
            WeightAndBias affine = WeightAndBias.of(parameters.weight(), parameters.bias());
            Tensor[] operands = WeightAndBias.operands(x, parameters.weight(), parameters.bias());
            List<Tensor> results = Dispatcher.callAll(BATCH_NORM, new Channels(affine, epsilon), operands);
            if (running != null) {
                running.follow(results.get(1).detached(), results.get(2).detached(), momentum, count);
            }
            return results.get(0);
        });
    }

    /**
     * (x − mean) / √(variance + ε) · weight + bias with moments from training, per channel.
     *
     * @param x [N, C, …]
     */
    public static Tensor batchNormEvaluation(Tensor x, RunningMoments running, Parameters parameters, double epsilon) {
        check("batchNorm", x, parameters, running);
        if (x.elements() == 0) {
            return scaled(x, parameters);
        }
        Channels channels = new Channels(WeightAndBias.of(parameters.weight(), parameters.bias()), epsilon);
        return Dispatcher.call(
                CHANNEL_NORM,
                channels,
                WeightAndBias.operands(x, parameters.weight(), parameters.bias(), running.mean(), running.variance()));
    }

    /** x · weight + bias per channel. */
    static Tensor scaled(Tensor x, Parameters parameters) {
        long[] sizes = new long[Math.max(1, x.shape().rank() - 1)];
        Arrays.fill(sizes, 1);
        sizes[0] = -1;
        return Composite.of(() -> {
            Tensor weight = parameters.weight();
            Tensor bias = parameters.bias();
            Tensor scaled = weight == null ? Copies.clone(x) : Arithmetic.multiply(x, Views.reshape(weight, sizes));
            return bias == null ? scaled : Arithmetic.add(scaled, Views.reshape(bias, sizes));
        });
    }

    private static void check(String op, Tensor x, Parameters parameters, @Nullable RunningMoments running) {
        int rank = x.shape().rank();
        boolean fits = rank >= 2 || rank == 1 && x.elements() == 0;
        long channels = rank >= 2 ? x.size(1) : 0;
        fits &= isOf(channels, parameters);
        fits &= running == null || isOf(channels, new Parameters(running.mean(), running.variance()));
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + x.shape() + " parameters="
                    + parameters + " running=" + running
                    + ", expected [N, C, …] and C elements in everything else; correct the shapes");
        }
    }

    /** Whether parameters that are there have one element per channel. */
    static boolean isOf(long channels, Parameters parameters) {
        Shape shape = Shape.of(channels);
        Tensor weight = parameters.weight();
        Tensor bias = parameters.bias();
        return (weight == null || weight.shape().equals(shape))
                && (bias == null || bias.shape().equals(shape));
    }

    /** The normalised input, means and biased variances, without weight and bias. */
    static List<Tensor> standardise(Tensor x, double epsilon) {
        return Dispatcher.callAll(BATCH_NORM, new Channels(WeightAndBias.of(null, null), epsilon), x);
    }

    private static void forwardOfBatch(ForwardCall<Channels> call) {
        DType precise = WeightAndBias.ofMoments(call.dtype());
        Shape channels = Shape.of(call.shape().size(1));
        Tensor out = call.outPlanes(call.shape());
        Tensor means = call.out(precise, channels);
        Tensor variances = call.out(precise, channels);
        WeightAndBias affine = call.attributes().affine();
        double epsilon = call.attributes().epsilon();
        Tensor x = Channels.ordered(call.input(0));
        call.backend()
                .batchNorm(
                        Channels.planes(x),
                        affine.weight(call),
                        affine.bias(call),
                        epsilon,
                        Channels.planes(out),
                        means,
                        variances);
        call.discard(x);
        Tensor inverses = inverses(call.backend(), variances, epsilon);
        affine.save(call);
        call.saveInternal(Contiguous.copy(means));
        call.saveInternal(inverses);
    }

    private static void normalise(ForwardCall<Channels> call, Tensor out, Tensor means, Tensor inverses) {
        WeightAndBias affine = call.attributes().affine();
        Tensor x = Channels.ordered(call.input(0));
        call.backend()
                .channelNorm(
                        Channels.planes(x),
                        means,
                        inverses,
                        affine.weight(call),
                        affine.bias(call),
                        Channels.planes(out));
        call.discard(x);
    }

    /** 1/√(variance + ε). */
    private static Tensor inverses(Backend backend, Tensor variances, double epsilon) {
        Tensor inverses = Tensor.empty(variances.dtype(), variances.shape());
        backend.scale(variances, 1, epsilon, inverses);
        backend.unary(Unary.RSQRT, 0, 0, inverses, inverses);
        return inverses;
    }

    private static Tensor precise(ForwardCall<Channels> call, int input) {
        return Casts.to(call.input(input), WeightAndBias.ofMoments(call.dtype()));
    }

    private static void fused(BackwardCall<Channels> call, boolean batch, Tensor means, Tensor inverses) {
        WeightAndBias affine = call.attributes().affine();
        Tensor x = Channels.ordered(call.input(0));
        WeightAndBias.Gradients gradients = affine.gradients(call, x);
        Tensor gradientIn = gradients.input();
        call.backend()
                .channelNormGrad(
                        batch,
                        Channels.planes(x),
                        means,
                        inverses,
                        affine.weight(call),
                        Channels.planes(likewise(call.gradient(), x)),
                        gradientIn == null ? null : Channels.planes(gradientIn),
                        gradients.weight(),
                        gradients.bias());
        affine.give(call, gradients);
    }

    /** A gradient in the order of the input. */
    private static Tensor likewise(Tensor gradient, Tensor x) {
        return x.isChannelsLast() ? Copies.channelsLast(gradient) : Copies.contiguous(gradient);
    }

    private static void formulaOfBatch(BackwardCall<Channels> call) {
        Channels channels = call.attributes();
        long[] planes = Channels.planes(call.shape(0)).sizes();
        Tensor weight = channels.affine().weight(call);
        new NormFormula(true, channels.epsilon(), new int[] {0, 2}, new int[] {0, 2})
                .give(
                        call,
                        channels.affine(),
                        Views.reshape(call.input(0), planes),
                        weight == null ? null : column(weight),
                        Views.reshape(call.gradient(), planes));
    }

    /** Gradients of (x − means) · inverses · weight + bias. */
    private static void formulaOfGiven(BackwardCall<Channels> call, Tensor means, Tensor inverses) {
        WeightAndBias affine = call.attributes().affine();
        long[] planes = Channels.planes(call.shape(0)).sizes();
        Tensor gradient = Casts.to(Views.reshape(call.gradient(), planes), inverses.dtype());
        Tensor scale = column(inverses);
        Tensor weight = affine.weight(call);
        call.give(0, () -> {
            Tensor factor = weight == null ? scale : Arithmetic.multiply(scale, column(weight));
            return Views.reshape(
                    Arithmetic.multiply(gradient, factor), call.shape(0).sizes());
        });
        if (affine.weighted()) {
            call.give(1, () -> {
                Tensor x = Casts.to(Views.reshape(call.input(0), planes), inverses.dtype());
                Tensor normalised = Arithmetic.multiply(Arithmetic.subtract(x, column(means)), scale);
                return Reductions.sum(Arithmetic.multiply(gradient, normalised), 0, 2);
            });
        }
        if (affine.biased()) {
            call.give(affine.biasIndex(), () -> Reductions.sum(gradient, 0, 2));
        }
    }

    private static Tensor column(Tensor channels) {
        return Views.reshape(channels, channels.elements(), 1);
    }
}
