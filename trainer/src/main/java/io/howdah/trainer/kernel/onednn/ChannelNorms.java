// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Batch normalisation in its parts; inputs are [N, C, L]. */
final class ChannelNorms {
    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;

    ChannelNorms(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
    }

    /** What the gradient is made from; {@code batch} as in {@code Backend}. */
    record Backward(
            boolean batch,
            Tensor in,
            Tensor means,
            Tensor inverses,
            @Nullable Tensor weight,
            Tensor gradOut) {}

    /** The gradients wanted. */
    record Gradients(
            @Nullable Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias) {}

    /** Normalises by moments that it takes. */
    boolean batch(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            Tensor means,
            Tensor variances) {
        if (!fits(in, out)) {
            return false;
        }
        int flags = (weight == null ? 0 : dnnl_use_scale) | (bias == null ? 0 : dnnl_use_shift);
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor mean = temporaries.result(means, DType.FLOAT32);
            Tensor variance = temporaries.result(variances, DType.FLOAT32);
            Call call = Call.of(Family.BATCH_NORM, flags)
                    .parameters(epsilon, 0)
                    .reads(DNNL_ARG_SRC, in, elements(in))
                    .writes(DNNL_ARG_DST, out, elements(out))
                    .writes(DNNL_ARG_MEAN, mean, Layout.of(mean))
                    .writes(DNNL_ARG_VARIANCE, variance, Layout.of(variance));
            if (weight != null) {
                Tensor scale = temporaries.contiguous(weight, DType.FLOAT32);
                call.reads(DNNL_ARG_SCALE, scale, Layout.of(scale));
            }
            if (bias != null) {
                Tensor shift = temporaries.contiguous(bias, DType.FLOAT32);
                call.reads(DNNL_ARG_SHIFT, shift, Layout.of(shift));
            }
            boolean done = call.run(runner);
            if (done) {
                temporaries.finish();
            }
            return done;
        }
    }

    private static Layout perChannel(Tensor tensor) {
        long channels = tensor.size(1);
        return tensor.size(2) == 1
                ? Layout.contiguous(DType.FLOAT32, 1, channels)
                : Layout.contiguous(DType.FLOAT32, 1, channels, 1);
    }

    /** (in − means) · (inverses · weight) + bias. */
    boolean norm(Tensor in, Tensor means, Tensor inverses, @Nullable Tensor weight, @Nullable Tensor bias, Tensor out) {
        if (!fits(in, out)) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor mean = temporaries.contiguous(means, DType.FLOAT32);
            Tensor factor = temporaries.contiguous(inverses, DType.FLOAT32);
            Tensor shift = temporaries.contiguousIfAny(bias, DType.FLOAT32);
            if (weight != null) {
                Tensor product = temporaries.empty(DType.FLOAT32, factor.shape());
                java.binary(Binary.MULTIPLY, factor, temporaries.contiguous(weight, DType.FLOAT32), product);
                factor = product;
            }
            Layout perChannel = perChannel(in);
            Call call = Call.of(Family.AFFINE)
                    .reads(DNNL_ARG_SRC, in, elements(in))
                    .reads(DNNL_ARG_SRC_1, mean, perChannel)
                    .reads(PointwiseDescriptions.OPERAND_OF_POST_OP_0, factor, perChannel)
                    .writes(DNNL_ARG_DST, out, elements(out));
            if (shift != null) {
                call.reads(PointwiseDescriptions.OPERAND_OF_POST_OP_1, shift, perChannel);
            }
            return call.run(runner);
        }
    }

    boolean backward(Backward norm, Gradients gradients) {
        Tensor in = norm.in();
        if (!fits(in, norm.gradOut()) || gradients.in() != null && !fits(in, gradients.in())) {
            return false;
        }
        boolean scaled = gradients.weight() != null || gradients.bias() != null || norm.weight() != null;
        int flags = (norm.batch() ? 0 : dnnl_use_global_stats) | (scaled ? dnnl_use_scale | dnnl_use_shift : 0);
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor mean = temporaries.contiguous(norm.means(), DType.FLOAT32);
            Tensor variance = temporaries.empty(DType.FLOAT32, norm.inverses().shape());
            // With ε = 0, as it is part of the inverses.
            Moments.fromInverses(temporaries.contiguous(norm.inverses(), DType.FLOAT32), variance);
            Tensor gradIn = gradients.in() == null ? temporaries.alike(in) : gradients.in();
            Call call = Call.of(Family.BATCH_NORM_GRAD, flags)
                    .reads(DNNL_ARG_SRC, in, Layout.of(in))
                    .reads(DNNL_ARG_MEAN, mean, Layout.of(mean))
                    .reads(DNNL_ARG_VARIANCE, variance, Layout.of(variance))
                    .reads(DNNL_ARG_DIFF_DST, norm.gradOut(), Layout.of(norm.gradOut()))
                    .writes(DNNL_ARG_DIFF_SRC, gradIn, Layout.of(gradIn));
            if (scaled) {
                Tensor scale = norm.weight() == null
                        ? temporaries.filled(DType.FLOAT32, 1, in.size(1))
                        : temporaries.contiguous(norm.weight(), DType.FLOAT32);
                // Written whether wanted or not.
                Tensor gradWeight = wanted(gradients.weight(), in.size(1), temporaries);
                Tensor gradBias = wanted(gradients.bias(), in.size(1), temporaries);
                call.reads(DNNL_ARG_SCALE, scale, Layout.of(scale))
                        .writes(DNNL_ARG_DIFF_SCALE, gradWeight, Layout.of(gradWeight))
                        .writes(DNNL_ARG_DIFF_SHIFT, gradBias, Layout.of(gradBias));
            }
            boolean done = call.run(runner);
            if (done) {
                temporaries.finish();
            }
            return done;
        }
    }

    private static Tensor wanted(@Nullable Tensor gradient, long channels, Temporaries temporaries) {
        return gradient == null
                ? temporaries.empty(DType.FLOAT32, Shape.of(channels))
                : temporaries.result(gradient, DType.FLOAT32);
    }

    /** Whether all are contiguous, or all have their channels last. */
    private boolean fits(Tensor in, Tensor... others) {
        boolean fits = thresholds.fits(in) && (in.isContiguous() || in.isChannelsLast());
        for (Tensor other : others) {
            fits &= other.dtype() == in.dtype();
            fits &= in.isContiguous() ? other.isContiguous() : other.isChannelsLast();
        }
        return fits;
    }

    /** oneDNN mixes up channels of one element each, unless they are rows. */
    private static Layout elements(Tensor tensor) {
        return tensor.size(2) == 1
                ? Layout.contiguous(tensor.dtype(), tensor.size(0), tensor.size(1))
                : Layout.of(tensor);
    }
}
