// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_div;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_eq;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_le;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_lt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_ne;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_select;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Functions of two elements, of which the second may be stretched; the first too where they commute. */
final class Broadcasts {
    private static final int NONE = -1;

    /** oneDNN's limit on the dimensions of stretched operands. */
    private static final int MOST_DIMENSIONS = 5;

    private final Runner runner;
    private final Thresholds thresholds;
    private final NaNs nans;

    Broadcasts(Runner runner, Thresholds thresholds) {
        this.runner = runner;
        this.thresholds = thresholds;
        this.nans = new NaNs(runner);
    }

    boolean binary(Binary function, Tensor a, Tensor b, Tensor out) {
        int algorithm = algorithm(function);
        if (algorithm == NONE || !thresholds.fitsCheap(out)) {
            return false;
        }
        Layout[] layouts = Elementwise.layouts(out, a, b);
        if (!isUsable(layouts[0])) {
            return false;
        }
        // oneDNN's extremes keep NaN of the second operand only.
        boolean extreme = function == Binary.MAXIMUM || function == Binary.MINIMUM;
        if (layouts[1].equals(layouts[0])) {
            return !(extreme && !(a.isContiguous() && nans.absent(a)))
                    && run(algorithm, a, layouts[1], b, layouts[2], out, layouts[0]);
        }
        boolean commutes = function == Binary.ADD || function == Binary.MULTIPLY;
        return commutes
                && layouts[2].equals(layouts[0])
                && run(algorithm, b, layouts[2], a, layouts[1], out, layouts[0]);
    }

    private boolean run(int algorithm, Tensor a, Layout first, Tensor b, Layout second, Tensor out, Layout result) {
        return Call.of(Family.BINARY, algorithm)
                .reads(DNNL_ARG_SRC, a, first)
                .reads(DNNL_ARG_SRC_1, b, second)
                .writes(DNNL_ARG_DST, out, result)
                .run(runner);
    }

    /** oneDNN gives 0 or 1 in floating-point; its “greater” is true of NaN, so that those go the other way round. */
    boolean compare(Comparison relation, Tensor a, Tensor b, Tensor out) {
        if (!thresholds.fitsCheap(a)) {
            return false;
        }
        return switch (relation) {
            case EQUAL -> compare(dnnl_binary_eq, a, b, out);
            case NOT_EQUAL -> compare(dnnl_binary_ne, a, b, out);
            case LESS -> compare(dnnl_binary_lt, a, b, out);
            case LESS_EQUAL -> compare(dnnl_binary_le, a, b, out);
            case GREATER -> compare(dnnl_binary_lt, b, a, out);
            case GREATER_EQUAL -> compare(dnnl_binary_le, b, a, out);
        };
    }

    private boolean compare(int algorithm, Tensor a, Tensor b, Tensor out) {
        Layout[] layouts = Elementwise.layouts(out, a, b);
        Layout flags = layouts[0];
        if (!isUsable(flags) || !layouts[1].equals(flags.as(a.dtype()))) {
            return false;
        }
        try (Tensor wide = Tensor.empty(a.dtype(), out.shape())) {
            Layout result = flags.as(a.dtype());
            return run(algorithm, a, layouts[1], b, layouts[2], wide, result)
                    && Call.of(Family.REORDER)
                            .reads(DNNL_ARG_SRC, wide, result)
                            .writes(DNNL_ARG_DST, out, flags)
                            .run(runner);
        }
    }

    boolean where(Tensor condition, Tensor a, Tensor b, Tensor out) {
        if (!thresholds.fitsCheap(out)) {
            return false;
        }
        Layout[] layouts = Elementwise.layouts(out, a, b, condition);
        Layout result = layouts[0];
        return isUsable(result)
                && layouts[1].equals(result)
                && layouts[2].equals(result)
                && layouts[3].equals(result.as(DType.BOOL))
                && Call.of(Family.BINARY, dnnl_binary_select)
                        .reads(DNNL_ARG_SRC, a, layouts[1])
                        .reads(DNNL_ARG_SRC_1, b, layouts[2])
                        .reads(DNNL_ARG_SRC_2, condition, layouts[3])
                        .writes(DNNL_ARG_DST, out, result)
                        .run(runner);
    }

    /** Whether elements follow each other without gaps, in not too many dimensions. */
    private static boolean isUsable(Layout layout) {
        long expected = 1;
        for (int d = layout.rank() - 1; d >= 0; d--) {
            if (layout.stride(d) != expected) {
                return false;
            }
            expected *= layout.size(d);
        }
        return layout.rank() <= MOST_DIMENSIONS;
    }

    private static int algorithm(Binary function) {
        return switch (function) {
            case ADD -> dnnl_binary_add;
            case SUBTRACT -> dnnl_binary_sub;
            case MULTIPLY -> dnnl_binary_mul;
            case DIVIDE -> dnnl_binary_div;
            case MAXIMUM -> dnnl_binary_max;
            case MINIMUM -> dnnl_binary_min;
            default -> NONE;
        };
    }
}
