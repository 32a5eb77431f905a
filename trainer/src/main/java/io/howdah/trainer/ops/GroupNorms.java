// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Normalisation of every sample over space and groups of channels. */
public final class GroupNorms {
    private GroupNorms() {}

    /**
     * (x − mean) / √(variance + ε) · weight + bias with the moments of each group of C/groups channels of a sample (Wu
     * and He, “Group normalization”, 2018).
     *
     * @param x [N, C, …]
     * @param parameters weight [C] and bias [C], or without them
     */
    public static Tensor groupNorm(Tensor x, int groups, BatchNorms.Parameters parameters, double epsilon) {
        int rank = x.shape().rank();
        if (rank < 2 || groups < 1 || x.size(1) % groups != 0) {
            throw new IllegalArgumentException("Cannot compute groupNorm: input=" + x.shape() + " groups=" + groups
                    + ", expected [N, C, …] with C a multiple of groups; correct the groups");
        }
        if (x.elements() == groups) {
            throw new IllegalArgumentException("Cannot compute groupNorm: input=" + x.shape() + " groups=" + groups
                    + ", expected more than 1 value per channel when training; use larger inputs");
        }
        checkParameters("groupNorm", x, parameters);
        long width = x.size(0) == 0 ? x.size(1) : x.elements() / x.size(0);
        return Composite.of(() -> {
            Tensor precise = Casts.to(x, WeightAndBias.ofMoments(x.dtype()));
            Tensor normalised = RowNorms.standardise(precise, width / groups, epsilon);
            return Casts.to(BatchNorms.scaled(normalised, parameters), x.dtype());
        });
    }

    /**
     * (x − mean) / √(variance + ε) · weight + bias with the moments of each channel of a sample (Ulyanov et al., “Instance
     * normalization”, 2016). In evaluation by running moments it is {@link BatchNorms#batchNormEvaluation}.
     *
     * @param x [N, C, …] with more than one value per channel and sample
     * @param running becomes (1 − momentum) · running + momentum · (mean, unbiased variance), averaged over the samples;
     *     may be null
     * @param parameters weight [C] and bias [C], or without them
     */
    public static Tensor instanceNorm(
            Tensor x,
            BatchNorms.@Nullable RunningMoments running,
            BatchNorms.Parameters parameters,
            double momentum,
            double epsilon) {
        int rank = x.shape().rank();
        long channels = rank < 3 ? 0 : x.size(0) * x.size(1);
        long length = channels == 0 ? 0 : x.elements() / channels;
        if (rank < 3 || length == 1) {
            throw new IllegalArgumentException("Cannot compute instanceNorm: input=" + x.shape()
                    + ", expected [N, C, …] with more than 1 spatial element when training; use larger inputs");
        }
        checkParameters("instanceNorm", x, parameters);
        if (length == 0) {
            return BatchNorms.scaled(x, parameters);
        }
        return Composite.of(() -> {
            Tensor precise = Casts.to(x, WeightAndBias.ofMoments(x.dtype()));
            List<Tensor> results = BatchNorms.standardise(Views.reshape(precise, 1, channels, length), epsilon);
            if (running != null) {
                running.follow(average(results.get(1), x), average(results.get(2), x), momentum, length);
            }
            Tensor normalised = Views.reshape(results.get(0), x.shape().sizes());
            return Casts.to(BatchNorms.scaled(normalised, parameters), x.dtype());
        });
    }

    /** Mean over the samples of moments of each sample's channels. */
    private static Tensor average(Tensor moments, Tensor x) {
        return Reductions.mean(Views.reshape(moments.detached(), x.size(0), x.size(1)), 0);
    }

    private static void checkParameters(String op, Tensor x, BatchNorms.Parameters parameters) {
        if (!BatchNorms.isOf(x.size(1), parameters)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + x.shape() + " parameters="
                    + parameters + ", expected one element per channel; correct the shapes");
        }
    }
}
