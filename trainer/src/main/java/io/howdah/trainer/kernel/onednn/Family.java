// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** The sorts of primitives in use, each with its arguments and its constructor. */
enum Family {
    MATMUL(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return dnnl_matmul_primitive_desc_create(
                    out, parts.engine, parts.memory[0], parts.memory[1], null, parts.memory[2], parts.attributes);
        }
    },
    MATMUL_WITH_BIAS(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return dnnl_matmul_primitive_desc_create(
                    out,
                    parts.engine,
                    parts.memory[0],
                    parts.memory[1],
                    parts.memory[3],
                    parts.memory[2],
                    parts.attributes);
        }
    },
    ELTWISE(DNNL_ARG_SRC, DNNL_ARG_DST) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return eltwise(out, recipe, parts, dnnl_forward_inference, 1);
        }
    },
    ELTWISE_GRAD(DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            dnnl_primitive_desc hint = new dnnl_primitive_desc();
            int status = eltwise(hint, recipe, parts, dnnl_forward_training, 0);
            if (status == dnnl_success) {
                status = dnnl_eltwise_backward_primitive_desc_create(
                        out,
                        parts.engine,
                        recipe.algorithm(),
                        parts.memory[2],
                        parts.memory[1],
                        parts.memory[0],
                        recipe.alpha(),
                        recipe.beta(),
                        hint,
                        parts.attributes);
                dnnl_primitive_desc_destroy(hint);
            }
            return status;
        }
    },
    BINARY(DNNL_ARG_SRC, DNNL_ARG_SRC_1, DNNL_ARG_DST) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return dnnl_binary_primitive_desc_create(
                    out,
                    parts.engine,
                    recipe.algorithm(),
                    parts.memory[0],
                    parts.memory[1],
                    parts.memory[2],
                    parts.attributes);
        }
    },
    REDUCTION(DNNL_ARG_SRC, DNNL_ARG_DST) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return dnnl_reduction_primitive_desc_create(
                    out, parts.engine, recipe.algorithm(), parts.memory[0], parts.memory[1], 0, 0, parts.attributes);
        }
    },
    SOFTMAX(DNNL_ARG_SRC, DNNL_ARG_DST) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return dnnl_softmax_forward_primitive_desc_create(
                    out,
                    parts.engine,
                    dnnl_forward_inference,
                    recipe.algorithm(),
                    parts.memory[0],
                    parts.memory[1],
                    1,
                    parts.attributes);
        }
    },
    REORDER(DNNL_ARG_SRC, DNNL_ARG_DST) {
        @Override
        int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts) {
            return dnnl_reorder_primitive_desc_create(
                    out, parts.memory[0], parts.engine, parts.memory[1], parts.engine, parts.attributes);
        }
    };

    /** What every constructor takes. */
    static final class Parts {
        private final dnnl_engine engine;
        private final dnnl_memory_desc[] memory;
        private final dnnl_primitive_attr attributes;

        Parts(dnnl_engine engine, dnnl_memory_desc[] memory, dnnl_primitive_attr attributes) {
            this.engine = engine;
            this.memory = memory;
            this.attributes = attributes;
        }
    }

    private final int[] arguments;

    Family(int... arguments) {
        this.arguments = arguments;
    }

    /** oneDNN's numbers of the arguments, in the order of the layouts. */
    int[] arguments() {
        return arguments.clone();
    }

    /** Describes the primitive; returns oneDNN's status. */
    abstract int describe(dnnl_primitive_desc out, Recipe recipe, Parts parts);

    private static int eltwise(dnnl_primitive_desc out, Recipe recipe, Parts parts, int propagation, int destination) {
        return dnnl_eltwise_forward_primitive_desc_create(
                out,
                parts.engine,
                propagation,
                recipe.algorithm(),
                parts.memory[0],
                parts.memory[destination],
                recipe.alpha(),
                recipe.beta(),
                parts.attributes);
    }
}
