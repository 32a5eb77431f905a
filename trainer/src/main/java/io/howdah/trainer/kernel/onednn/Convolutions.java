// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Convolutions and their gradients, in the inner layouts that oneDNN likes best. */
final class Convolutions {
    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;

    Convolutions(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
    }

    /** The parts of a convolution; one of them is the result. */
    record Parts(Tensor in, Tensor weight, @Nullable Tensor bias, Tensor out, Window window, int groups) {
        /** The same parts in another dtype, as {@code convert} gives them. */
        Parts map(Function<Tensor, Tensor> convert) {
            return new Parts(
                    convert.apply(in),
                    convert.apply(weight),
                    bias == null ? null : convert.apply(bias),
                    convert.apply(out),
                    window,
                    groups);
        }
    }

    boolean forward(Parts parts) {
        return run(parts, parts.out(), this::forwardCall);
    }

    boolean gradInput(Parts parts) {
        return run(parts, parts.in(), this::gradInputCall);
    }

    boolean gradWeight(Parts parts) {
        return run(parts, parts.weight(), this::gradWeightCall);
    }

    private boolean run(Parts parts, Tensor result, Function<Parts, Call> maker) {
        DType dtype = parts.in().dtype();
        if (!thresholds.fitsProduct(dtype, multiplications(parts))) {
            return false;
        }
        return runAs(dtype, parts, result, maker)
                || dtype != DType.FLOAT32 && runAs(DType.FLOAT32, parts, result, maker);
    }

    private static double multiplications(Parts parts) {
        Tensor weight = parts.weight();
        return (double) parts.out().elements() * (weight.elements() / Math.max(1, weight.size(0)));
    }

    /** In {@code dtype}, on contiguous copies of what is neither contiguous nor has its channels last. */
    private boolean runAs(DType dtype, Parts parts, Tensor result, Function<Parts, Call> maker) {
        try (Temporaries temporaries = new Temporaries(java)) {
            Parts converted = parts.map(tensor -> {
                if (tensor.dtype() == dtype && tensor.isChannelsLast()) {
                    return tensor;
                }
                return tensor == result ? temporaries.result(tensor, dtype) : temporaries.contiguous(tensor, dtype);
            });
            boolean done = maker.apply(converted).run(runner);
            if (done) {
                temporaries.finish();
            }
            return done;
        }
    }

    private Call forwardCall(Parts parts) {
        Call call = Call.of(Family.CONVOLUTION)
                .window(parts.window())
                .reads(DNNL_ARG_SRC, parts.in(), Layout.of(parts.in()).free())
                .reads(DNNL_ARG_WEIGHTS, parts.weight(), weights(parts))
                .writes(DNNL_ARG_DST, parts.out(), Layout.of(parts.out()).free());
        Tensor bias = parts.bias();
        return bias == null ? call : call.reads(DNNL_ARG_BIAS, bias, Layout.of(bias));
    }

    private Call gradInputCall(Parts parts) {
        return Call.of(Family.CONVOLUTION_GRAD_INPUT)
                .window(parts.window())
                .reads(DNNL_ARG_DIFF_DST, parts.out(), Layout.of(parts.out()).free())
                .reads(DNNL_ARG_WEIGHTS, parts.weight(), weights(parts))
                .writes(DNNL_ARG_DIFF_SRC, parts.in(), Layout.of(parts.in()).free());
    }

    private Call gradWeightCall(Parts parts) {
        return Call.of(Family.CONVOLUTION_GRAD_WEIGHT)
                .window(parts.window())
                .reads(DNNL_ARG_SRC, parts.in(), Layout.of(parts.in()).free())
                .reads(DNNL_ARG_DIFF_DST, parts.out(), Layout.of(parts.out()).free())
                .writes(DNNL_ARG_DIFF_WEIGHTS, parts.weight(), weights(parts));
    }

    /** [K, C/groups, R, S], or with the groups in front. */
    private static Layout weights(Parts parts) {
        Tensor weight = parts.weight();
        if (parts.groups() == 1) {
            return Layout.of(weight).free();
        }
        Shape shape = weight.shape();
        return Layout.contiguous(
                        weight.dtype(),
                        parts.groups(),
                        shape.size(0) / parts.groups(),
                        shape.size(1),
                        shape.size(2),
                        shape.size(3))
                .free();
    }
}
