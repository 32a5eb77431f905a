// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_forward_primitive_desc_create;

import io.howdah.trainer.kernel.Window;
import java.util.Objects;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Constructors of primitives that move a window over the last two dimensions. */
final class WindowDescriptions {
    private WindowDescriptions() {}

    /** oneDNN's way to write a window: dilation 0 is dense, and padding after the last element is explicit. */
    private record Geometry(long[] kernel, long[] strides, long[] dilations, long[] before, long[] after) {
        static Geometry of(Draft draft, int source, int destination) {
            Window window = Objects.requireNonNull(draft.recipe().window());
            Layout in = draft.layout(source);
            Layout out = draft.layout(destination);
            long[] kernel = {window.kernelHeight(), window.kernelWidth()};
            long[] strides = {window.strideHeight(), window.strideWidth()};
            long[] dilations = {window.dilationHeight() - 1L, window.dilationWidth() - 1L};
            long[] before = {window.padTop(), window.padLeft()};
            long[] after = new long[2];
            for (int d = 0; d < 2; d++) {
                long extent = (kernel[d] - 1) * (dilations[d] + 1) + 1;
                after[d] = (out.size(d + 2) - 1) * strides[d] + extent - in.size(d + 2) - before[d];
            }
            return new Geometry(kernel, strides, dilations, before, after);
        }
    }

    static int convolution(dnnl_primitive_desc out, Draft draft) {
        return convolution(
                out,
                draft,
                draft.memory(DNNL_ARG_SRC),
                draft.memory(DNNL_ARG_WEIGHTS),
                draft.memory(DNNL_ARG_DST),
                Geometry.of(draft, DNNL_ARG_SRC, DNNL_ARG_DST));
    }

    static int convolutionGradInput(dnnl_primitive_desc out, Draft draft) {
        Geometry geometry = Geometry.of(draft, DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_DST);
        dnnl_memory_desc source = draft.memory(DNNL_ARG_DIFF_SRC);
        dnnl_memory_desc weights = draft.memory(DNNL_ARG_WEIGHTS);
        dnnl_memory_desc destination = draft.memory(DNNL_ARG_DIFF_DST);
        return Draft.withHint(
                hint -> convolution(hint, draft, source, weights, destination, geometry),
                hint -> dnnl_convolution_backward_data_primitive_desc_create(
                        out,
                        draft.engine(),
                        dnnl_convolution_direct,
                        source,
                        weights,
                        destination,
                        geometry.strides,
                        geometry.dilations,
                        geometry.before,
                        geometry.after,
                        hint,
                        draft.attributes()));
    }

    static int convolutionGradWeight(dnnl_primitive_desc out, Draft draft) {
        Geometry geometry = Geometry.of(draft, DNNL_ARG_SRC, DNNL_ARG_DIFF_DST);
        dnnl_memory_desc source = draft.memory(DNNL_ARG_SRC);
        dnnl_memory_desc weights = draft.memory(DNNL_ARG_DIFF_WEIGHTS);
        dnnl_memory_desc destination = draft.memory(DNNL_ARG_DIFF_DST);
        return Draft.withHint(
                hint -> convolution(hint, draft, source, weights, destination, geometry),
                hint -> dnnl_convolution_backward_weights_primitive_desc_create(
                        out,
                        draft.engine(),
                        dnnl_convolution_direct,
                        source,
                        weights,
                        null,
                        destination,
                        geometry.strides,
                        geometry.dilations,
                        geometry.before,
                        geometry.after,
                        hint,
                        draft.attributes()));
    }

    private static int convolution(
            dnnl_primitive_desc out,
            Draft draft,
            @Nullable dnnl_memory_desc source,
            @Nullable dnnl_memory_desc weights,
            @Nullable dnnl_memory_desc destination,
            Geometry geometry) {
        return dnnl_convolution_forward_primitive_desc_create(
                out,
                draft.engine(),
                dnnl_forward_training,
                dnnl_convolution_direct,
                source,
                weights,
                draft.memory(DNNL_ARG_BIAS),
                destination,
                geometry.strides,
                geometry.dilations,
                geometry.before,
                geometry.after,
                draft.attributes());
    }

    static int pooling(dnnl_primitive_desc out, Draft draft) {
        Geometry geometry = Geometry.of(draft, DNNL_ARG_SRC, DNNL_ARG_DST);
        return pooling(out, draft, draft.memory(DNNL_ARG_SRC), draft.memory(DNNL_ARG_DST), geometry);
    }

    static int poolingGrad(dnnl_primitive_desc out, Draft draft) {
        Geometry geometry = Geometry.of(draft, DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_DST);
        dnnl_memory_desc source = draft.memory(DNNL_ARG_DIFF_SRC);
        dnnl_memory_desc destination = draft.memory(DNNL_ARG_DIFF_DST);
        return Draft.withHint(
                hint -> pooling(hint, draft, source, destination, geometry),
                hint -> dnnl_pooling_backward_primitive_desc_create(
                        out,
                        draft.engine(),
                        draft.recipe().algorithm(),
                        source,
                        destination,
                        geometry.strides,
                        geometry.kernel,
                        geometry.dilations,
                        geometry.before,
                        geometry.after,
                        hint,
                        draft.attributes()));
    }

    private static int pooling(
            dnnl_primitive_desc out,
            Draft draft,
            @Nullable dnnl_memory_desc source,
            @Nullable dnnl_memory_desc destination,
            Geometry geometry) {
        return dnnl_pooling_forward_primitive_desc_create(
                out,
                draft.engine(),
                dnnl_forward_training,
                draft.recipe().algorithm(),
                source,
                destination,
                geometry.strides,
                geometry.kernel,
                geometry.dilations,
                geometry.before,
                geometry.after,
                draft.attributes());
    }
}
