// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The categories of single ops are those of PyTorch's lists for CPUs. Functions of several ops, such as losses and padding,
 * are compared by the golden cases under autocast.
 */
class AutocastCategoryTest {
    @Test
    void lowPrecisionOpsAreProductsConvolutionsAttentionAndRecurrentLayers() {
        assertThat(named(AutocastCategory.LOW))
                .containsExactlyInAnyOrder(
                        "matmul", // mm, bmm, matmul, and einsum and tensordot through them
                        "linear",
                        "addmm", // addmm, baddbmm, addbmm
                        "convolution",
                        "transposedConvolution",
                        "attention",
                        "rnn",
                        "lstm",
                        "gru");
    }

    @Test
    void wideOpsAreLossesProductsAndDecompositions() {
        assertThat(named(AutocastCategory.FP32))
                .containsExactlyInAnyOrder("crossEntropy", "binaryCrossEntropy", "product", "svd");
    }

    @Test
    void promotedOpsAreJoinsAndCopiesToIndices() {
        assertThat(named(AutocastCategory.PROMOTE)).containsExactlyInAnyOrder("cat", "indexCopy");
    }

    private static List<String> named(AutocastCategory category) {
        return OpRegistry.all().stream()
                .filter(op -> op.autocast() == category)
                .map(Op::name)
                .toList();
    }
}
