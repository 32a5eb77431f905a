// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_abs;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_clip_v2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_sqrt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_sqrt_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_square;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh_use_dst_for_bwd;

import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.Tensor;

/** Functions of one element. */
final class Pointwise {
    private static final int NONE = -1;

    private final Runner runner;
    private final Thresholds thresholds;
    private final JavaBackend java;
    private final NaNs nans;

    /** −∞, below everything. */
    private final Tensor lowest =
            Tensor.of(new float[] {Float.NEGATIVE_INFINITY}, 1).keep();

    Pointwise(Runner runner, Thresholds thresholds, JavaBackend java) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.java = java;
        this.nans = new NaNs(runner);
    }

    boolean unary(Unary function, double alpha, double beta, Tensor in, Tensor out) {
        int algorithm = algorithm(function);
        if (algorithm == NONE || !fits(function, out)) {
            return false;
        }
        if (!Elementwise.isOneRun(out, in)) {
            // Of another order: ordered first, then computed in place.
            if (!Elementwise.isOneRun(out) || !Elementwise.isOneRun(in)) {
                return false;
            }
            java.convert(in, out);
            return unary(function, alpha, beta, out, out);
        }
        if (function == Unary.EXP || function == Unary.RELU) {
            return Call.of(Family.ELTWISE_ABOVE, algorithm)
                    .reads(DNNL_ARG_SRC, in, Layout.flat(in))
                    .reads(DNNL_ARG_SRC_1, lowest, Layout.flat(lowest))
                    .reads(PointwiseDescriptions.OPERAND_OF_POST_OP_1, in, Layout.flat(in))
                    .writes(DNNL_ARG_DST, out, Layout.flat(out))
                    .run(runner);
        }
        if (algorithm == dnnl_eltwise_clip_v2 && !(alpha <= beta && nans.absent(in))) {
            return false;
        }
        return Call.of(Family.ELTWISE, algorithm)
                .parameters(alpha(function, alpha), beta)
                .reads(DNNL_ARG_SRC, in, Layout.flat(in))
                .writes(DNNL_ARG_DST, out, Layout.flat(out))
                .run(runner);
    }

    boolean unaryGrad(Unary function, double alpha, double beta, Tensor in, Tensor gradOut, Tensor out) {
        int algorithm = gradAlgorithm(function);
        if (algorithm == NONE || !fits(function, out) || !Elementwise.isOneRun(out, in)) {
            return false;
        }
        if (!Elementwise.isOneRun(out, gradOut)) {
            if (out.sharesStorage(in)) {
                return false;
            }
            java.convert(gradOut, out);
            return unaryGrad(function, alpha, beta, in, out, out);
        }
        if (algorithm == dnnl_eltwise_clip_v2 && !(alpha <= beta && nans.absent(in))) {
            return false;
        }
        return Call.of(Family.ELTWISE_GRAD, algorithm)
                .parameters(alpha(function, alpha), beta)
                .reads(DNNL_ARG_SRC, in, Layout.flat(in))
                .reads(DNNL_ARG_DIFF_DST, gradOut, Layout.flat(gradOut))
                .writes(DNNL_ARG_DIFF_SRC, out, Layout.flat(out))
                .run(runner);
    }

    boolean unaryGradOfResult(Unary function, Tensor result, Tensor gradOut, Tensor out) {
        int algorithm = algorithmOfResult(function);
        return algorithm != NONE
                && thresholds.fitsCheap(out)
                && Elementwise.isOneRun(out, result, gradOut)
                && Call.of(Family.ELTWISE_GRAD, algorithm)
                        .reads(DNNL_ARG_DST, result, Layout.flat(result))
                        .reads(DNNL_ARG_DIFF_DST, gradOut, Layout.flat(gradOut))
                        .writes(DNNL_ARG_DIFF_SRC, out, Layout.flat(out))
                        .run(runner);
    }

    boolean scale(Tensor a, double factor, double term, Tensor out) {
        return thresholds.fitsCheap(out)
                && Elementwise.isOneRun(out, a)
                && Call.of(Family.ELTWISE, dnnl_eltwise_linear)
                        .parameters(factor, term)
                        .reads(DNNL_ARG_SRC, a, Layout.flat(a))
                        .writes(DNNL_ARG_DST, out, Layout.flat(out))
                        .run(runner);
    }

    /** Those that oneDNN computes as exactly as the Java kernels; its logarithm and softplus lose digits near 0. */
    private static int algorithm(Unary function) {
        return switch (function) {
            case NEGATE -> dnnl_eltwise_linear;
            case ABS -> dnnl_eltwise_abs;
            case SQUARE -> dnnl_eltwise_square;
            case EXP -> dnnl_eltwise_exp;
            case SQRT -> dnnl_eltwise_sqrt;
            case TANH -> dnnl_eltwise_tanh;
            case SIGMOID -> dnnl_eltwise_logistic;
            case RELU, LEAKY_RELU -> dnnl_eltwise_relu;
            case ELU -> dnnl_eltwise_elu;
            case GELU -> dnnl_eltwise_gelu_erf;
            case GELU_TANH -> dnnl_eltwise_gelu_tanh;
            case SILU -> dnnl_eltwise_swish;
            case CLAMP, HARD_TANH -> dnnl_eltwise_clip_v2;
            default -> NONE;
        };
    }

    /** Those whose derivative passes NaN on too. */
    private static int gradAlgorithm(Unary function) {
        return switch (function) {
            case SQUARE, SQRT, TANH, SIGMOID, RELU, LEAKY_RELU, ELU, GELU, GELU_TANH, SILU, HARD_TANH ->
                algorithm(function);
            default -> NONE;
        };
    }

    private boolean fits(Unary function, Tensor out) {
        return switch (function) {
            case EXP, TANH, SIGMOID, ELU, GELU, GELU_TANH, SILU -> thresholds.fits(out);
            default -> thresholds.fitsCheap(out);
        };
    }

    /** Those whose derivative oneDNN takes from their result. */
    private static int algorithmOfResult(Unary function) {
        return switch (function) {
            case EXP -> dnnl_eltwise_exp_use_dst_for_bwd;
            case SQRT -> dnnl_eltwise_sqrt_use_dst_for_bwd;
            case TANH -> dnnl_eltwise_tanh_use_dst_for_bwd;
            case SIGMOID -> dnnl_eltwise_logistic_use_dst_for_bwd;
            default -> NONE;
        };
    }

    private static double alpha(Unary function, double alpha) {
        return switch (function) {
            case NEGATE -> -1;
            case SILU -> 1;
            default -> alpha;
        };
    }
}
