// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrimitiveCacheTest {
    private static Recipe timesThree(Tensor tensor) {
        return new Recipe(Family.ELTWISE, dnnl_eltwise_linear, 3, 0, List.of(Layout.flat(tensor), Layout.flat(tensor)));
    }

    @Test
    void forgetsTheLeastRecentlyUsed() {
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 2)) {
            for (int size : new int[] {4, 5, 4, 6, 5, 4, 4, 6}) {
                Tensor tensor = Tensor.of(new float[size], size);
                tensor.buffer().asFloatBuffer().put(size - 1, 7);
                assertThat(cache.run(timesThree(tensor), tensor, tensor)).isTrue();
                assertThat(tensor.toFloats()[size - 1]).isEqualTo(21);
                assertThat(cache.size()).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void remembersWhatOneDnnCannotDo() {
        try (PrimitiveCache cache = new PrimitiveCache(OneDnn.load().engine(), 2)) {
            Layout matrix = Layout.contiguous(DType.FLOAT32, 2, 3);
            Recipe impossible = Recipe.of(Family.MATMUL, 0, matrix, matrix, matrix);
            assertThat(cache.run(impossible)).isFalse();
            assertThat(cache.run(impossible)).isFalse();
            assertThat(cache.size()).isEqualTo(1);
        }
    }
}
