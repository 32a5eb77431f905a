// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Collections;
import java.util.List;

/** Losses. */
public final class Losses {
    /** Per-sample losses; mean and sum are reductions of it. */
    static final Op<NoAttributes> CROSS_ENTROPY = Op.<NoAttributes>named("crossEntropy", AutocastCategory.FP32)
            .forward(Losses::shape, call -> {
                Tensor logits = call.input(0);
                Indices.check("crossEntropy", call.input(1), logits.size(1));
                Tensor logSumExps = Tensor.empty(logits.dtype(), call.out().shape());
                call.backend().crossEntropy(logits, call.input(1), call.out(), logSumExps);
                call.saveInput(0);
                call.saveInput(1);
                call.saveInternal(logSumExps);
            })
            .backward((call, gradient) -> {
                Tensor logits = call.saved(0);
                Tensor result = Tensor.empty(logits.dtype(), logits.shape());
                call.backend().crossEntropyGrad(logits, call.saved(1), call.saved(2), gradient.tensor(), result);
                return Collections.singletonList(Gradient.of(result));
            });

    static final List<Op<?>> ALL = List.of(CROSS_ENTROPY);

    /** What becomes of the losses of single samples. */
    public enum Reduction {
        NONE,
        MEAN,
        SUM
    }

    private Losses() {}

    /**
     * losses[i] = ln Σ_c exp(logits[i, c]) − logits[i, targets[i]], in nats.
     *
     * @param logits [N, C]
     * @param targets [N], int64, int32 or uint8, in [0, C)
     * @param reduction NONE gives [N], the others a scalar
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, Reduction reduction) {
        Tensor losses = Dispatcher.call(CROSS_ENTROPY, NoAttributes.NONE, logits, targets);
        return switch (reduction) {
            case NONE -> losses;
            case MEAN -> Reductions.mean(losses);
            case SUM -> Reductions.sum(losses);
        };
    }

    private static Shape shape(List<Tensor> inputs, NoAttributes none) {
        Shape logits = inputs.get(0).shape();
        Shape targets = inputs.get(1).shape();
        if (logits.rank() != 2 || !targets.equals(Shape.of(logits.size(0)))) {
            throw new IllegalArgumentException("Cannot compute crossEntropy: logits=" + logits + " targets=" + targets
                    + ", expected [N, C] and [N]; reshape them");
        }
        return targets;
    }
}
