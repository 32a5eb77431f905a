// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.ClassOptions;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Losses.Reduction;
import io.howdah.trainer.ops.ProbabilityLosses;
import io.howdah.trainer.ops.RankingLosses;
import io.howdah.trainer.ops.RegressionLosses;
import io.howdah.trainer.tensor.Tensor;

/** Losses and distances. */
final class LossCases {
    private static final int KEYWORD = GoldenCall.KEYWORD;

    private LossCases() {}

    static void addTo(Table table) {
        table.add(
                "nn.functional.cross_entropy",
                call -> Losses.crossEntropy(
                        call.tensor(0),
                        call.tensor(1, "target"),
                        classOptions(call).labelSmoothing(call.number(KEYWORD, "label_smoothing", 0))));
        table.add(
                "nn.functional.nll_loss",
                call -> Losses.nllLoss(call.tensor(0), call.tensor(1, "target"), classOptions(call)));
        table.add(
                "nn.functional.mse_loss", call -> RegressionLosses.mse(call.tensor(0), target(call), reduction(call)));
        table.add("nn.functional.l1_loss", call -> RegressionLosses.l1(call.tensor(0), target(call), reduction(call)));
        table.add(
                "nn.functional.smooth_l1_loss",
                call -> RegressionLosses.smoothL1(
                        call.tensor(0), target(call), call.number(KEYWORD, "beta", 1), reduction(call)));
        table.add(
                "nn.functional.huber_loss",
                call -> RegressionLosses.huber(
                        call.tensor(0), target(call), call.number(KEYWORD, "delta", 1), reduction(call)));
        addProbabilities(table);
        table.add(
                "nn.functional.cosine_similarity",
                call -> RankingLosses.cosineSimilarity(
                        call.tensor(0),
                        call.tensor(1, "x2"),
                        call.integer(KEYWORD, "dim", 1),
                        call.number(KEYWORD, "eps", 1e-8)));
        addRankings(table);
    }

    private static void addProbabilities(Table table) {
        table.add(
                "nn.functional.binary_cross_entropy",
                call -> ProbabilityLosses.binaryCrossEntropy(
                        call.tensor(0), target(call), call.optionalTensor(KEYWORD, "weight"), reduction(call)));
        table.add(
                "nn.functional.binary_cross_entropy_with_logits",
                call -> ProbabilityLosses.binaryCrossEntropyWithLogits(
                        call.tensor(0),
                        target(call),
                        call.optionalTensor(KEYWORD, "weight"),
                        call.optionalTensor(KEYWORD, "pos_weight"),
                        reduction(call)));
        table.add("nn.functional.kl_div", LossCases::klDivergence);
        table.add("nn.functional.poisson_nll_loss", LossCases::poisson);
        table.add(
                "nn.functional.gaussian_nll_loss",
                call -> RegressionLosses.gaussian(
                        call.tensor(0),
                        target(call),
                        call.tensor(2, "var"),
                        call.flag(KEYWORD, "full", false),
                        call.number(KEYWORD, "eps", 1e-6),
                        reduction(call)));
    }

    private static void addRankings(Table table) {
        table.add(
                "nn.functional.pairwise_distance",
                call -> RankingLosses.pairwiseDistance(
                        call.tensor(0),
                        call.tensor(1),
                        call.number(KEYWORD, "p", 2),
                        call.number(KEYWORD, "eps", 1e-6),
                        call.flag(KEYWORD, "keepdim", false)));
        table.add(
                "nn.functional.cosine_embedding_loss",
                call -> RankingLosses.cosineEmbedding(
                        call.tensor(0),
                        call.tensor(1),
                        call.tensor(2),
                        call.number(KEYWORD, "margin", 0),
                        reduction(call)));
        table.add(
                "nn.functional.margin_ranking_loss",
                call -> RankingLosses.marginRanking(
                        call.tensor(0),
                        call.tensor(1),
                        call.tensor(2),
                        call.number(KEYWORD, "margin", 0),
                        reduction(call)));
        table.add(
                "nn.functional.hinge_embedding_loss",
                call -> RankingLosses.hingeEmbedding(
                        call.tensor(0), target(call), call.number(KEYWORD, "margin", 1), reduction(call)));
        table.add(
                "nn.functional.soft_margin_loss",
                call -> RankingLosses.softMargin(call.tensor(0), target(call), reduction(call)));
        table.add(
                "nn.functional.triplet_margin_loss",
                call -> RankingLosses.tripletMargin(
                        new RankingLosses.Triplet(call.tensor(0), call.tensor(1), call.tensor(2)),
                        call.number(KEYWORD, "margin", 1),
                        call.number(KEYWORD, "p", 2),
                        call.number(KEYWORD, "eps", 1e-6),
                        call.flag(KEYWORD, "swap", false),
                        reduction(call)));
    }

    private static Tensor klDivergence(GoldenCall call) {
        boolean logTarget = call.flag(KEYWORD, "log_target", false);
        return call.text(KEYWORD, "reduction", "mean").equals("batchmean")
                ? ProbabilityLosses.klDivergencePerSample(call.tensor(0), target(call), logTarget)
                : ProbabilityLosses.klDivergence(call.tensor(0), target(call), logTarget, reduction(call));
    }

    private static Tensor poisson(GoldenCall call) {
        boolean full = call.flag(KEYWORD, "full", false);
        double epsilon = call.number(KEYWORD, "eps", 1e-8);
        return call.flag(KEYWORD, "log_input", true)
                ? RegressionLosses.poissonOfLogarithm(call.tensor(0), target(call), full, reduction(call))
                : RegressionLosses.poisson(call.tensor(0), target(call), full, epsilon, reduction(call));
    }

    private static ClassOptions classOptions(GoldenCall call) {
        ClassOptions options = ClassOptions.of(reduction(call)).weight(call.optionalTensor(KEYWORD, "weight"));
        return call.has(KEYWORD, "ignore_index") ? options.ignoreIndex(call.integer(KEYWORD, "ignore_index")) : options;
    }

    private static Tensor target(GoldenCall call) {
        return call.tensor(1, "target");
    }

    private static Reduction reduction(GoldenCall call) {
        return Reduction.named(call.text(KEYWORD, "reduction", "mean"));
    }
}
