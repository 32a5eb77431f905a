// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create_v2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_binary;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Constructors of elementwise primitives. */
final class PointwiseDescriptions {
    /** The second operand of post-operation 0; the numbers of post-operations are multiples of the base from 1. */
    static final int OPERAND_OF_POST_OP_0 = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1;

    /** The second operand of post-operation 1. */
    static final int OPERAND_OF_POST_OP_1 = 2 * DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1;

    private PointwiseDescriptions() {}

    static int binary(dnnl_primitive_desc out, Draft draft) {
        return binary(out, draft, draft.recipe().algorithm());
    }

    /** max(f(max(x, −∞)), x): oneDNN's exp and relu turn NaN into a number, its maximum keeps one on the right. */
    static int eltwiseAbove(dnnl_primitive_desc out, Draft draft) {
        draft.postOps(operations -> {
            Recipe recipe = draft.recipe();
            OneDnn.check(
                    dnnl_post_ops_append_eltwise(operations, recipe.algorithm(), recipe.alpha(), recipe.beta()),
                    "append a function");
            append(operations, dnnl_binary_max, draft, OPERAND_OF_POST_OP_1);
        });
        return binary(out, draft, dnnl_binary_max);
    }

    private static int binary(dnnl_primitive_desc out, Draft draft, int algorithm) {
        return dnnl_binary_primitive_desc_create_v2(
                out,
                draft.engine(),
                algorithm,
                draft.memory(DNNL_ARG_SRC),
                draft.memory(DNNL_ARG_SRC_1),
                draft.memory(DNNL_ARG_SRC_2),
                draft.memory(DNNL_ARG_DST),
                draft.attributes());
    }

    static int expOfDifference(dnnl_primitive_desc out, Draft draft) {
        draft.postOps(operations ->
                OneDnn.check(dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_exp, 0, 0), "append a function"));
        return binary(out, draft, dnnl_binary_sub);
    }

    static int affine(dnnl_primitive_desc out, Draft draft) {
        draft.postOps(operations -> {
            append(operations, dnnl_binary_mul, draft, OPERAND_OF_POST_OP_0);
            if (draft.memory(OPERAND_OF_POST_OP_1) != null) {
                append(operations, dnnl_binary_add, draft, OPERAND_OF_POST_OP_1);
            }
        });
        return binary(out, draft, dnnl_binary_sub);
    }

    private static void append(dnnl_post_ops operations, int algorithm, Draft draft, int operand) {
        OneDnn.check(dnnl_post_ops_append_binary(operations, algorithm, draft.memory(operand)), "append an operation");
    }

    static int eltwise(dnnl_primitive_desc out, Draft draft) {
        return eltwise(out, draft, dnnl_forward_inference, draft.memory(DNNL_ARG_SRC), draft.memory(DNNL_ARG_DST));
    }

    /** The gradient from the input or, for the algorithms that want that, from the result. */
    static int eltwiseGrad(dnnl_primitive_desc out, Draft draft) {
        dnnl_memory_desc input = draft.memory(DNNL_ARG_SRC);
        dnnl_memory_desc data = input == null ? draft.memory(DNNL_ARG_DST) : input;
        return Draft.withHint(
                hint -> eltwise(hint, draft, dnnl_forward_training, data, data),
                hint -> dnnl_eltwise_backward_primitive_desc_create(
                        out,
                        draft.engine(),
                        draft.recipe().algorithm(),
                        draft.memory(DNNL_ARG_DIFF_SRC),
                        draft.memory(DNNL_ARG_DIFF_DST),
                        data,
                        draft.recipe().alpha(),
                        draft.recipe().beta(),
                        hint,
                        draft.attributes()));
    }

    private static int eltwise(
            dnnl_primitive_desc out,
            Draft draft,
            int propagation,
            @Nullable dnnl_memory_desc source,
            @Nullable dnnl_memory_desc destination) {
        return dnnl_eltwise_forward_primitive_desc_create(
                out,
                draft.engine(),
                propagation,
                draft.recipe().algorithm(),
                source,
                destination,
                draft.recipe().alpha(),
                draft.recipe().beta(),
                draft.attributes());
    }
}
