// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Averages over windows. Maxima stay with Java, as oneDNN numbers them within their window. */
final class Pools {
    private final Runner runner;
    private final Thresholds thresholds;

    Pools(Runner runner, Thresholds thresholds) {
        this.runner = runner;
        this.thresholds = thresholds;
    }

    boolean average(Tensor in, Window window, boolean countPadding, int divisor, Tensor out) {
        return fits(in, out, window, divisor)
                && Call.of(Family.POOLING, algorithm(countPadding))
                        .window(window)
                        .reads(DNNL_ARG_SRC, in, Layout.of(in))
                        .writes(DNNL_ARG_DST, out, Layout.of(out))
                        .run(runner);
    }

    boolean averageGrad(Tensor gradOut, Window window, boolean countPadding, int divisor, Tensor gradIn) {
        // Overlapping windows would be added in 16 bits.
        return gradIn.dtype() == DType.FLOAT32
                && fits(gradIn, gradOut, window, divisor)
                && Call.of(Family.POOLING_GRAD, algorithm(countPadding))
                        .window(window)
                        .reads(DNNL_ARG_DIFF_DST, gradOut, Layout.of(gradOut))
                        .writes(DNNL_ARG_DIFF_SRC, gradIn, Layout.of(gradIn))
                        .run(runner);
    }

    private boolean fits(Tensor in, Tensor out, Window window, int divisor) {
        return divisor == 0
                && thresholds.fitsCheap(in)
                && in.isContiguous()
                && out.isContiguous()
                && isWithin(in.size(2), out.size(2), window.kernelHeight(), window.strideHeight(), window.padTop())
                && isWithin(in.size(3), out.size(3), window.kernelWidth(), window.strideWidth(), window.padLeft());
    }

    /** Whether the last window ends within the padding; oneDNN counts what lies beyond, as PyTorch does not. */
    private static boolean isWithin(long in, long out, int kernel, int stride, int padding) {
        return (out - 1) * stride + kernel <= in + 2L * padding;
    }

    private static int algorithm(boolean countPadding) {
        return countPadding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
    }
}
