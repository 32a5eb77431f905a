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
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_rms_norm;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Layer and RMS normalisation. oneDNN keeps variances where {@code Backend} keeps 1/√(variance + ε). */
final class RowNorms {
    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;

    RowNorms(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
    }

    /** What is normalised and with what. */
    record Forward(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            @Nullable Tensor means,
            Tensor inverses) {}

    /** What the gradient is made from; the weight may be null, means are null for RMS norm. */
    record Backward(
            Tensor in, @Nullable Tensor weight, @Nullable Tensor means, Tensor inverses, Tensor gradOut) {}

    /** The gradients wanted. */
    record Gradients(
            @Nullable Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias) {}

    boolean forward(Forward norm) {
        Tensor in = norm.in();
        if (!fits(in, norm.out())) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            Tensor means = temporaries.resultIfAny(norm.means(), DType.FLOAT32);
            Tensor moments = temporaries.result(norm.inverses(), DType.FLOAT32);
            Call call = Call.of(Family.LAYER_NORM, flags(norm.weight(), norm.bias(), means))
                    .parameters(norm.epsilon(), 0)
                    .reads(DNNL_ARG_SRC, in, Layout.of(in))
                    .writes(DNNL_ARG_DST, norm.out(), Layout.of(norm.out()))
                    .writes(DNNL_ARG_VARIANCE, moments, Layout.of(moments));
            if (means != null) {
                call.writes(DNNL_ARG_MEAN, means, Layout.of(means));
            }
            addParameters(call, norm.weight(), norm.bias(), temporaries);
            boolean done = call.run(runner);
            if (done) {
                Moments.toInverses(moments, norm.epsilon());
                temporaries.finish();
            }
            return done;
        }
    }

    boolean backward(Backward norm, Gradients gradients) {
        Tensor in = norm.in();
        if (!fits(in, norm.gradOut())
                || gradients.in() != null && !gradients.in().isContiguous()) {
            return false;
        }
        try (Temporaries temporaries = new Temporaries(java)) {
            boolean correct = norm.means() == null && gradients.in() != null;
            Tensor gradIn = gradients.in() == null
                    ? temporaries.empty(in.dtype(), in.shape())
                    : temporaries.result(gradients.in(), correct ? DType.FLOAT32 : in.dtype());
            boolean done = gradientCall(norm, gradients, gradIn, temporaries).run(runner)
                    && !(correct && !restoreMeans(norm, gradIn, temporaries));
            if (done) {
                temporaries.finish();
            }
            return done;
        }
    }

    private static Call gradientCall(Backward norm, Gradients gradients, Tensor gradIn, Temporaries temporaries) {
        Tensor in = norm.in();
        Tensor means = temporaries.contiguousIfAny(norm.means(), DType.FLOAT32);
        // ε is part of these variances already.
        Tensor variances = temporaries.empty(DType.FLOAT32, norm.inverses().shape());
        Moments.fromInverses(temporaries.contiguous(norm.inverses(), DType.FLOAT32), variances);
        int flags = flags(norm.weight() == null ? gradients.weight() : norm.weight(), gradients.bias(), means);
        Call call = Call.of(Family.LAYER_NORM_GRAD, flags)
                .reads(DNNL_ARG_SRC, in, Layout.of(in))
                .reads(DNNL_ARG_DIFF_DST, norm.gradOut(), Layout.of(norm.gradOut()))
                .writes(DNNL_ARG_DIFF_SRC, gradIn, Layout.of(gradIn))
                .reads(DNNL_ARG_VARIANCE, variances, Layout.of(variances));
        if (means != null) {
            call.reads(DNNL_ARG_MEAN, means, Layout.of(means));
        }
        // oneDNN writes the gradients of all parameters in use, wanted or not.
        if ((flags & dnnl_use_scale) != 0) {
            Tensor scale = norm.weight() == null
                    ? temporaries.filled(DType.FLOAT32, 1, in.size(1))
                    : temporaries.contiguous(norm.weight(), DType.FLOAT32);
            Tensor gradWeight = wanted(gradients.weight(), in.size(1), temporaries);
            call.reads(DNNL_ARG_SCALE, scale, Layout.of(scale))
                    .writes(DNNL_ARG_DIFF_SCALE, gradWeight, Layout.of(gradWeight));
        }
        if ((flags & dnnl_use_shift) != 0) {
            Tensor gradBias = wanted(gradients.bias(), in.size(1), temporaries);
            call.writes(DNNL_ARG_DIFF_SHIFT, gradBias, Layout.of(gradBias));
        }
        return call;
    }

    /** oneDNN 3.11 subtracts r · mean(gradOut · weight) for RMS norm too, as only layer norm should: adds it again. */
    private boolean restoreMeans(Backward norm, Tensor gradIn, Temporaries temporaries) {
        Tensor gradOut = norm.gradOut();
        long rows = gradOut.size(0);
        long width = gradOut.size(1);
        Tensor weight = norm.weight() == null
                ? temporaries.filled(gradOut.dtype(), 1, width)
                : temporaries.contiguous(norm.weight(), gradOut.dtype());
        Tensor sums = temporaries.empty(DType.FLOAT32, Shape.of(rows, 1));
        Layout column = Layout.contiguous(DType.FLOAT32, rows, 1);
        boolean done = Call.of(Family.MATMUL)
                .reads(DNNL_ARG_SRC, gradOut, Layout.of(gradOut))
                .reads(DNNL_ARG_WEIGHTS, weight, Layout.contiguous(weight.dtype(), width, 1))
                .writes(DNNL_ARG_DST, sums, column)
                .run(runner);
        if (!done) {
            return false;
        }
        java.scale(sums, 1.0 / width, 0, sums);
        Tensor inverses = temporaries.contiguous(norm.inverses(), DType.FLOAT32);
        java.binary(Binary.MULTIPLY, sums, inverses.reshaped(sums.shape()), sums);
        return Call.of(Family.BINARY, dnnl_binary_add)
                .reads(DNNL_ARG_SRC, gradIn, Layout.of(gradIn))
                .reads(DNNL_ARG_SRC_1, sums, column)
                .writes(DNNL_ARG_DST, gradIn, Layout.of(gradIn))
                .run(runner);
    }

    private static Tensor wanted(@Nullable Tensor gradient, long width, Temporaries temporaries) {
        return gradient == null
                ? temporaries.empty(DType.FLOAT32, Shape.of(width))
                : temporaries.result(gradient, DType.FLOAT32);
    }

    private static void addParameters(
            Call call, @Nullable Tensor weight, @Nullable Tensor bias, Temporaries temporaries) {
        if (weight != null) {
            Tensor scale = temporaries.contiguous(weight, DType.FLOAT32);
            call.reads(DNNL_ARG_SCALE, scale, Layout.of(scale));
        }
        if (bias != null) {
            Tensor shift = temporaries.contiguous(bias, DType.FLOAT32);
            call.reads(DNNL_ARG_SHIFT, shift, Layout.of(shift));
        }
    }

    private static int flags(@Nullable Tensor weight, @Nullable Tensor bias, @Nullable Tensor means) {
        return (weight == null ? 0 : dnnl_use_scale)
                | (bias == null ? 0 : dnnl_use_shift)
                | (means == null ? dnnl_rms_norm : 0);
    }

    private boolean fits(Tensor first, Tensor second) {
        return thresholds.fits(first)
                && first.isContiguous()
                && second.isContiguous()
                && first.dtype() == second.dtype();
    }
}
