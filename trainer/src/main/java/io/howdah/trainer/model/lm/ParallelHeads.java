// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.ModuleList;
import io.howdah.trainer.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * A block for each further token, all over what the trunk says, hₖ = normₖ(blockₖ(h)), and the trunk's weight for the
 * scores (Gloeckle et al. 2024). The next token stays the trunk's own to predict, so that n tokens take n − 1 of these.
 */
public final class ParallelHeads extends TokenHeads {
    private final ModuleList<HeadLayer> layers;

    ParallelHeads(HeadSettings settings, HeadParts parts, FirstWeights first) {
        super(settings, parts);
        this.layers = child(
                "layers",
                new ModuleList<>(IntStream.range(0, settings.count())
                        .mapToObj(head -> parts.layer().apply(first))
                        .toList()));
    }

    @Override
    Tensor hidden(int head, Tensor previous, Tensor ahead) {
        check(head);
        return layers.at(head).forward(previous);
    }

    /** The block of a head. */
    public HeadLayer layer(int head) {
        return layers.at(head);
    }
}
