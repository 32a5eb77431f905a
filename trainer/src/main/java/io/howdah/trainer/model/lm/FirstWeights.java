// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Initialisation;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Makes layers with normal weights and zero biases, as GPT-2, BERT and LLaMA start; or with weights still to be loaded. */
final class FirstWeights {
    /** Standard deviation of all three. */
    static final double DEVIATION = 0.02;

    private final @Nullable Philox random;

    private FirstWeights(@Nullable Philox random) {
        this.random = random;
    }

    static FirstWeights drawn(Philox random) {
        return new FirstWeights(random);
    }

    /** Arbitrary contents, for networks whose whole state is loaded at once. */
    static FirstWeights toBeLoaded() {
        return new FirstWeights(null);
    }

    Linear linear(long inputs, long outputs, Bias bias) {
        return linear(inputs, outputs, bias, DEVIATION);
    }

    Linear linear(long inputs, long outputs, Bias bias, double deviation) {
        Tensor zeros = bias == Bias.NONE ? null : Initialisation.constant(0, outputs);
        return Linear.of(matrix(deviation, outputs, inputs), zeros);
    }

    Embedding embedding(long tokens, long width) {
        return Embedding.of(matrix(DEVIATION, tokens, width));
    }

    /** Scores of the tokens, without bias. */
    Linear head(Head head, Embedding tokens) {
        Tensor weight = tokens.weight();
        return head == Head.TIED ? Linear.sharing(weight) : linear(weight.size(1), weight.size(0), Bias.NONE);
    }

    private Tensor matrix(double deviation, long rows, long columns) {
        return random == null
                ? Tensor.empty(DType.FLOAT32, Shape.of(rows, columns))
                : Initialisation.normal(random, deviation, rows, columns);
    }
}
