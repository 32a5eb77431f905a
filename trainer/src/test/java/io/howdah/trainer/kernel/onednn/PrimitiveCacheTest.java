// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PrimitiveCacheTest {
    private static Call timesThree(Tensor tensor) {
        return Call.of(Family.ELTWISE, dnnl_eltwise_linear)
                .parameters(3, 0)
                .reads(DNNL_ARG_SRC, tensor, Layout.flat(tensor))
                .writes(DNNL_ARG_DST, tensor, Layout.flat(tensor));
    }

    @Test
    void forgetsTheLeastRecentlyUsed() {
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 2)) {
            for (int size : new int[] {4, 5, 4, 6, 5, 4, 4, 6}) {
                Tensor tensor = Tensor.of(new float[size], size);
                tensor.buffer().asFloatBuffer().put(size - 1, 7);
                assertThat(timesThree(tensor).run(cache)).isTrue();
                assertThat(tensor.toFloats()[size - 1]).isEqualTo(21);
                assertThat(cache.size()).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void remembersWhatOneDnnCannotDo() {
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 2)) {
            Layout matrix = Layout.contiguous(DType.FLOAT32, 2, 3);
            Tensor tensor = Tensor.of(new float[6], 2, 3);
            Call impossible = Call.of(Family.MATMUL)
                    .reads(DNNL_ARG_SRC, tensor, matrix)
                    .reads(DNNL_ARG_WEIGHTS, tensor, matrix)
                    .writes(DNNL_ARG_DST, tensor, matrix);
            assertThat(impossible.run(cache)).isFalse();
            assertThat(impossible.run(cache)).isFalse();
            assertThat(cache.size()).isEqualTo(1);
        }
    }
}
