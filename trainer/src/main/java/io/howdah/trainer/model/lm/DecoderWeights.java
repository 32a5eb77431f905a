// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decoder as an inference engine reads it. The tensors are the network's own.
 *
 * @param shape of every block
 * @param tokens embedding [V, E]
 * @param positions embedding [context, E], or null where positions are turned or unknown
 * @param norm behind the last block
 * @param head [V, E], without bias
 */
public record DecoderWeights(
        BlockShape shape,
        Tensor tokens,
        @Nullable Tensor positions,
        List<BlockWeights> blocks,
        NormWeights norm,
        Tensor head) {
    public DecoderWeights {
        blocks = List.copyOf(blocks);
    }
}
