// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/** The sorts of primitives in use, each with its constructor. */
enum Family {
    MATMUL(PlainDescriptions::matmul),
    /** scale · product (+ addend) (+ destination): parameter α and the operand of post-operation 1, algorithm 1 to add. */
    SCALED_MATMUL(PlainDescriptions::scaledMatmul),
    REORDER(PlainDescriptions::reorder),
    REDUCTION(PlainDescriptions::reduction),
    SOFTMAX(PlainDescriptions::softmax),
    SOFTMAX_GRAD(PlainDescriptions::softmaxGrad),
    BINARY(PointwiseDescriptions::binary),
    ELTWISE(PointwiseDescriptions::eltwise),
    /** An elementwise function that is never below its argument, passing NaN on. */
    ELTWISE_ABOVE(PointwiseDescriptions::eltwiseAbove),
    /** exp(a − b). */
    EXP_OF_DIFFERENCE(PointwiseDescriptions::expOfDifference),
    /** (a − b) · c + d, d optional. */
    AFFINE(PointwiseDescriptions::affine),
    ELTWISE_GRAD(PointwiseDescriptions::eltwiseGrad),
    LAYER_NORM(NormDescriptions::layerNorm),
    LAYER_NORM_GRAD(NormDescriptions::layerNormGrad),
    BATCH_NORM(NormDescriptions::batchNorm),
    BATCH_NORM_GRAD(NormDescriptions::batchNormGrad),
    CONVOLUTION(WindowDescriptions::convolution),
    CONVOLUTION_GRAD_INPUT(WindowDescriptions::convolutionGradInput),
    CONVOLUTION_GRAD_WEIGHT(WindowDescriptions::convolutionGradWeight),
    POOLING(WindowDescriptions::pooling),
    POOLING_GRAD(WindowDescriptions::poolingGrad);

    /** A constructor of oneDNN. */
    @FunctionalInterface
    interface Description {
        /** Describes the primitive; returns oneDNN's status. */
        int describe(dnnl_primitive_desc out, Draft draft);
    }

    private final Description description;

    Family(Description description) {
        this.description = description;
    }

    /** Describes the primitive; returns oneDNN's status. */
    int describe(dnnl_primitive_desc out, Draft draft) {
        return description.describe(out, draft);
    }
}
