// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_data_type_undef;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_binary;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_forward_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Constructors of products, reorders, reductions and softmax. */
final class PlainDescriptions {
    /** Algorithm of a product that is added to its destination. */
    static final int ACCUMULATES = 1;

    private PlainDescriptions() {}

    static int matmul(dnnl_primitive_desc out, Draft draft) {
        return dnnl_matmul_primitive_desc_create(
                out,
                draft.engine(),
                draft.memory(DNNL_ARG_SRC),
                draft.memory(DNNL_ARG_WEIGHTS),
                draft.memory(DNNL_ARG_BIAS),
                draft.memory(DNNL_ARG_DST),
                draft.attributes());
    }

    static int scaledMatmul(dnnl_primitive_desc out, Draft draft) {
        draft.postOps(operations -> {
            Recipe recipe = draft.recipe();
            OneDnn.check(
                    dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_linear, recipe.alpha(), 0),
                    "append a factor");
            dnnl_memory_desc addend = draft.memory(PointwiseDescriptions.OPERAND_OF_POST_OP_1);
            if (addend != null) {
                OneDnn.check(dnnl_post_ops_append_binary(operations, dnnl_binary_add, addend), "append an addend");
            }
            if (recipe.algorithm() == ACCUMULATES) {
                OneDnn.check(dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef), "append a sum");
            }
        });
        return matmul(out, draft);
    }

    static int reorder(dnnl_primitive_desc out, Draft draft) {
        return dnnl_reorder_primitive_desc_create(
                out,
                draft.memory(DNNL_ARG_SRC),
                draft.engine(),
                draft.memory(DNNL_ARG_DST),
                draft.engine(),
                draft.attributes());
    }

    static int reduction(dnnl_primitive_desc out, Draft draft) {
        return dnnl_reduction_primitive_desc_create(
                out,
                draft.engine(),
                draft.recipe().algorithm(),
                draft.memory(DNNL_ARG_SRC),
                draft.memory(DNNL_ARG_DST),
                draft.recipe().alpha(),
                draft.recipe().beta(),
                draft.attributes());
    }

    static int softmax(dnnl_primitive_desc out, Draft draft) {
        return softmax(out, draft, dnnl_forward_inference, draft.memory(DNNL_ARG_SRC));
    }

    static int softmaxGrad(dnnl_primitive_desc out, Draft draft) {
        dnnl_memory_desc result = draft.memory(DNNL_ARG_DST);
        return Draft.withHint(
                hint -> softmax(hint, draft, dnnl_forward_training, result),
                hint -> dnnl_softmax_backward_primitive_desc_create(
                        out,
                        draft.engine(),
                        draft.recipe().algorithm(),
                        draft.memory(DNNL_ARG_DIFF_SRC),
                        draft.memory(DNNL_ARG_DIFF_DST),
                        result,
                        lastDimension(draft),
                        hint,
                        draft.attributes()));
    }

    private static int softmax(
            dnnl_primitive_desc out, Draft draft, int propagation, @Nullable dnnl_memory_desc source) {
        return dnnl_softmax_forward_primitive_desc_create(
                out,
                draft.engine(),
                propagation,
                draft.recipe().algorithm(),
                source,
                draft.memory(DNNL_ARG_DST),
                lastDimension(draft),
                draft.attributes());
    }

    private static int lastDimension(Draft draft) {
        return draft.layout(DNNL_ARG_DST).rank() - 1;
    }
}
