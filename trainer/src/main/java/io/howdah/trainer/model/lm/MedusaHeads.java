// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.nn.Initialisation;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.ModuleList;
import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Tensor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Medusa's heads: h + silu(W₁ₖ·h), without bias, and scores by the trunk's weight or a copy W₂ₖ of it. W₁ₖ starts with
 * zeros, so that every head starts as the trunk's own.
 */
public final class MedusaHeads extends TokenHeads {
    private final ModuleList<Linear> first;
    private final @Nullable ModuleList<Linear> second;

    MedusaHeads(HeadSettings settings, HeadParts parts) {
        super(settings, parts);
        long width = parts.width();
        this.first = child(
                "first",
                new ModuleList<>(IntStream.range(0, settings.count())
                        .mapToObj(head -> Linear.of(Initialisation.constant(0, width, width), null))
                        .toList()));
        this.second = settings.scores() == Head.TIED
                ? null
                : child(
                        "second",
                        new ModuleList<>(IntStream.range(0, settings.count())
                                .mapToObj(head -> Linear.of(
                                        Tensor.empty(
                                                parts.unembedding().dtype(),
                                                parts.unembedding().shape()),
                                        null))
                                .toList()));
        copyFromTrunk();
    }

    @Override
    public void copyFromTrunk() {
        for (int head = 0; second != null && head < count(); head++) {
            Tensor own = second.at(head).weight();
            Backends.current().convert(trunk().unembedding(), own);
            own.bumpVersion();
        }
    }

    @Override
    Tensor hidden(int head, Tensor previous, Tensor ahead) {
        check(head);
        return Composite.of(() ->
                Arithmetic.add(previous, ActivationFunctions.silu(first.at(head).forward(previous))));
    }

    @Override
    public Tensor unembedding(int head) {
        return second == null ? super.unembedding(head) : second.at(head).weight();
    }

    /** Whether heads have weights of their own for the scores. */
    public boolean hasOwnScores() {
        return second != null;
    }

    /** W₁ₖ as an inference engine reads it, [E, E]. */
    public LinearWeights first(int head) {
        return new LinearWeights(first.at(head).weight(), null);
    }
}
