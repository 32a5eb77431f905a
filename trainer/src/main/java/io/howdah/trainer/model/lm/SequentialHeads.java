// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.ModuleList;
import io.howdah.trainer.nn.RmsNorm;
import io.howdah.trainer.nn.functional.EmbeddingFunctions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DeepSeek-V3's modules: hₖ = normₖ(blockₖ(Mₖ·[RMSNorm(hₖ₋₁); RMSNorm(Emb(tₖ))])), where h₋₁ is what the trunk says and tₖ
 * the token that the head before was to find. Embedding and scores are the trunk's.
 */
public final class SequentialHeads extends TokenHeads {
    private final ModuleList<Step> steps;

    SequentialHeads(HeadSettings settings, HeadParts parts, FirstWeights first) {
        super(settings, parts);
        this.steps = child(
                "steps",
                new ModuleList<>(IntStream.range(0, settings.count())
                        .mapToObj(head -> new Step(parts, first))
                        .toList()));
    }

    /** Everything of one head. */
    public static final class Step extends Module {
        private final double epsilon;
        private final RmsNorm hiddenNorm;
        private final RmsNorm tokenNorm;
        private final Linear join;
        private final HeadLayer layer;

        Step(HeadParts parts, FirstWeights first) {
            long width = parts.width();
            this.epsilon = parts.epsilon();
            this.hiddenNorm = child("hidden_norm", new RmsNorm(width, epsilon));
            this.tokenNorm = child("token_norm", new RmsNorm(width, epsilon));
            this.join = child("join", first.linear(2 * width, width, Bias.NONE));
            this.layer = child("layer", parts.layer().apply(first));
        }

        /** Of what the head before says. */
        public NormWeights hiddenNorm() {
            return NormWeights.rmsNorm(this, "hidden_norm", epsilon);
        }

        /** Of the embedding of the token. */
        public NormWeights tokenNorm() {
            return NormWeights.rmsNorm(this, "token_norm", epsilon);
        }

        /** Mₖ, [E, 2·E]. */
        public LinearWeights join() {
            return LinearWeights.unbiased(this, "join");
        }

        public HeadLayer layer() {
            return layer;
        }
    }

    @Override
    Tensor hidden(int head, Tensor previous, Tensor ahead) {
        check(head);
        Step step = steps.at(head);
        return Composite.of(() -> {
            Tensor tokens = EmbeddingFunctions.embedding(trunk().tokens(), ahead);
            Tensor joined = Joins.cat(List.of(step.hiddenNorm.forward(previous), step.tokenNorm.forward(tokens)), 2);
            return step.layer.forward(step.join.forward(joined));
        });
    }

    public Step step(int head) {
        return steps.at(head);
    }
}
