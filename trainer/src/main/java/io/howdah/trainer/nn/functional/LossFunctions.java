// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.ClassOptions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.ProbabilityLosses;
import io.howdah.trainer.ops.RankingLosses;
import io.howdah.trainer.ops.RegressionLosses;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Losses. Reduction NONE gives a loss per sample or element, the others a scalar. */
public final class LossFunctions {
    private LossFunctions() {}

    /**
     * Negative log-likelihood of the targets under a softmax of the logits, in nats.
     *
     * @param logits […, C]
     * @param targets […], integers in [0, C)
     * @param reduction NONE gives one loss per target, [N]; the others a scalar
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, Losses.Reduction reduction) {
        return Composite.of(() -> Losses.crossEntropy(
                Views.reshape(logits, -1, logits.size(-1)), Views.reshape(targets, targets.elements()), reduction));
    }

    /**
     * Cross entropy with class weights, an ignored class and label smoothing.
     *
     * @param logits [N, C, …]
     * @param targets class numbers [N, …] or probabilities [N, C, …]
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, ClassOptions options) {
        return Losses.crossEntropy(logits, targets, options);
    }

    /**
     * −x[n, target[n]].
     *
     * @param logProbabilities [N, C, …]
     * @param targets class numbers, [N, …]
     */
    public static Tensor negativeLogLikelihood(Tensor logProbabilities, Tensor targets, ClassOptions options) {
        return Losses.nllLoss(logProbabilities, targets, options);
    }

    /**
     * −(y ln σ(x) + (1 − y) ln(1 − σ(x))), in nats.
     *
     * @param logits x
     * @param targets y, probabilities of the same shape
     */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets, Losses.Reduction reduction) {
        return ProbabilityLosses.binaryCrossEntropyWithLogits(logits, targets, null, null, reduction);
    }

    /**
     * −(p·y ln σ(x) + (1 − y) ln(1 − σ(x)))·weight, in nats.
     *
     * @param weight a factor per element, broadcast; null for 1
     * @param positiveWeight p, a factor of positive answers, broadcast; null for 1
     */
    public static Tensor binaryCrossEntropy(
            Tensor logits,
            Tensor targets,
            @Nullable Tensor weight,
            @Nullable Tensor positiveWeight,
            Losses.Reduction reduction) {
        return ProbabilityLosses.binaryCrossEntropyWithLogits(logits, targets, weight, positiveWeight, reduction);
    }

    /** y·(ln y − x) for log-probabilities x and probabilities y. */
    public static Tensor klDivergence(Tensor logProbabilities, Tensor targets, Losses.Reduction reduction) {
        return ProbabilityLosses.klDivergence(logProbabilities, targets, false, reduction);
    }

    /** (x − y)². */
    public static Tensor squaredError(Tensor x, Tensor y, Losses.Reduction reduction) {
        return RegressionLosses.mse(x, y, reduction);
    }

    /** |x − y|. */
    public static Tensor absoluteError(Tensor x, Tensor y, Losses.Reduction reduction) {
        return RegressionLosses.l1(x, y, reduction);
    }

    /** ½d² for d = |x − y| up to δ, else δ·(d − ½δ) (Huber 1964). */
    public static Tensor huber(Tensor x, Tensor y, double delta, Losses.Reduction reduction) {
        return RegressionLosses.huber(x, y, delta, reduction);
    }

    /** ½d²/β for d = |x − y| below β, else d − ½β. */
    public static Tensor smoothAbsoluteError(Tensor x, Tensor y, double beta, Losses.Reduction reduction) {
        return RegressionLosses.smoothL1(x, y, beta, reduction);
    }

    /** 1 − cos(x, y) for targets 1, max(0, cos(x, y) − margin) for targets −1. */
    public static Tensor cosineEmbedding(
            Tensor x, Tensor y, Tensor targets, double margin, Losses.Reduction reduction) {
        return RankingLosses.cosineEmbedding(x, y, targets, margin, reduction);
    }
}
