// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_sum;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * Looks for NaN before primitives that would turn it into a number and so hide a diverging training: a NaN makes the
 * sum of its block NaN.
 */
final class NaNs {
    private static final long BLOCK = 4096;

    private final Runner runner;

    NaNs(Runner runner) {
        this.runner = runner;
    }

    /** Whether the tensor is known to hold no NaN; contiguous float32 or bfloat16. */
    boolean absent(Tensor in) {
        long blocks = in.elements() / BLOCK;
        return !present(in, blocks * BLOCK) && (blocks == 0 || absentInBlocks(in, blocks));
    }

    /** Whether a small contiguous tensor holds NaN. */
    static boolean present(Tensor in) {
        return present(in, 0);
    }

    private static boolean present(Tensor in, long start) {
        int bytes = in.dtype().bytes();
        long address = in.address();
        boolean found = false;
        for (long i = start; i < in.elements(); i++) {
            found |= Double.isNaN(Elements.get(in.dtype(), address + i * bytes));
        }
        Reference.reachabilityFence(in);
        return found;
    }

    private boolean absentInBlocks(Tensor in, long blocks) {
        try (Tensor sums = Tensor.empty(DType.FLOAT32, Shape.of(blocks))) {
            boolean done = Call.of(Family.REDUCTION, dnnl_reduction_sum)
                    .reads(DNNL_ARG_SRC, in, Layout.contiguous(in.dtype(), blocks, BLOCK))
                    .writes(DNNL_ARG_DST, sums, Layout.contiguous(DType.FLOAT32, blocks, 1))
                    .run(runner);
            boolean found = !done;
            long address = sums.address();
            for (long i = 0; i < blocks; i++) {
                found |= Float.isNaN(Memory.getFloat(address + i * Float.BYTES));
            }
            Reference.reachabilityFence(sums);
            return !found;
        }
    }
}
