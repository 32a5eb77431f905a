// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Copies between layouts and floating-point dtypes. */
final class Conversions {
    private final Runner runner;
    private final Thresholds thresholds;

    Conversions(Runner runner, Thresholds thresholds) {
        this.runner = runner;
        this.thresholds = thresholds;
    }

    boolean convert(Tensor in, Tensor out) {
        boolean same = in.dtype() == out.dtype();
        if (out.elements() < thresholds.copied() || same && in.isContiguous() && out.isContiguous()) {
            return false;
        }
        Layout[] layouts = Elementwise.layouts(out, in);
        if (same) {
            // Elements of one dtype are moved bit by bit, so any dtype of their size will do.
            DType carrier = carrier(in.dtype());
            if (carrier == null) {
                return false;
            }
            layouts[0] = layouts[0].as(carrier);
            layouts[1] = layouts[1].as(carrier);
            if (layouts[0].comesInPairs() && layouts[1].comesInPairs()) {
                layouts[0] = layouts[0].pairs();
                layouts[1] = layouts[1].pairs();
            }
        } else if (!isKnown(in.dtype()) || !isKnown(out.dtype())) {
            return false;
        }
        return Call.of(Family.REORDER)
                .reads(DNNL_ARG_SRC, in, layouts[1])
                .writes(DNNL_ARG_DST, out, layouts[0])
                .run(runner);
    }

    private static @Nullable DType carrier(DType dtype) {
        return switch (dtype.bytes()) {
            case 4 -> DType.FLOAT32;
            case 2 -> DType.BFLOAT16;
            case 1 -> DType.BOOL;
            default -> null;
        };
    }

    private static boolean isKnown(DType dtype) {
        return dtype == DType.FLOAT32 || dtype == DType.BFLOAT16 || dtype == DType.FLOAT16;
    }
}
