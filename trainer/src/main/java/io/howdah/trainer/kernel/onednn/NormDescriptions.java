// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward_data;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_layer_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_layer_normalization_forward_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Constructors of normalisations: flags are the algorithm, ε is α. Scales, shifts and moments are float32. */
final class NormDescriptions {
    private NormDescriptions() {}

    static int layerNorm(dnnl_primitive_desc out, Draft draft) {
        return layerNorm(out, draft, draft.memory(DNNL_ARG_DST));
    }

    static int layerNormGrad(dnnl_primitive_desc out, Draft draft) {
        return Draft.withHint(
                hint -> layerNorm(hint, draft, draft.memory(DNNL_ARG_DIFF_DST)),
                hint -> dnnl_layer_normalization_backward_primitive_desc_create(
                        out,
                        draft.engine(),
                        propagation(draft),
                        draft.memory(DNNL_ARG_DIFF_SRC),
                        draft.memory(DNNL_ARG_DIFF_DST),
                        draft.memory(DNNL_ARG_SRC),
                        draft.memory(DNNL_ARG_VARIANCE),
                        draft.recipe().alpha(),
                        draft.recipe().algorithm(),
                        hint,
                        draft.attributes()));
    }

    private static int layerNorm(dnnl_primitive_desc out, Draft draft, @Nullable dnnl_memory_desc destination) {
        return dnnl_layer_normalization_forward_primitive_desc_create(
                out,
                draft.engine(),
                dnnl_forward_training,
                draft.memory(DNNL_ARG_SRC),
                destination,
                draft.memory(DNNL_ARG_VARIANCE),
                draft.recipe().alpha(),
                draft.recipe().algorithm(),
                draft.attributes());
    }

    static int batchNorm(dnnl_primitive_desc out, Draft draft) {
        return batchNorm(out, draft, draft.memory(DNNL_ARG_DST));
    }

    static int batchNormGrad(dnnl_primitive_desc out, Draft draft) {
        return Draft.withHint(
                hint -> batchNorm(hint, draft, draft.memory(DNNL_ARG_DIFF_DST)),
                hint -> dnnl_batch_normalization_backward_primitive_desc_create(
                        out,
                        draft.engine(),
                        propagation(draft),
                        draft.memory(DNNL_ARG_DIFF_SRC),
                        draft.memory(DNNL_ARG_DIFF_DST),
                        draft.memory(DNNL_ARG_SRC),
                        draft.recipe().alpha(),
                        draft.recipe().algorithm(),
                        hint,
                        draft.attributes()));
    }

    private static int batchNorm(dnnl_primitive_desc out, Draft draft, @Nullable dnnl_memory_desc destination) {
        return dnnl_batch_normalization_forward_primitive_desc_create(
                out,
                draft.engine(),
                dnnl_forward_training,
                draft.memory(DNNL_ARG_SRC),
                destination,
                draft.recipe().alpha(),
                draft.recipe().algorithm(),
                draft.attributes());
    }

    private static int propagation(Draft draft) {
        boolean parameters = draft.memory(DNNL_ARG_DIFF_SCALE) != null || draft.memory(DNNL_ARG_DIFF_SHIFT) != null;
        return parameters ? dnnl_backward : dnnl_backward_data;
    }
}
