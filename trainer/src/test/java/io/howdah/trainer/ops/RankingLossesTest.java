// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.LossCheck.check;
import static io.howdah.trainer.ops.LossCheck.losses;
import static io.howdah.trainer.ops.LossCheck.matrix;

import io.howdah.trainer.ops.Losses.Reduction;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Losses of margins and distances; expected values were taken from PyTorch. */
class RankingLossesTest {
    @Test
    void margins() {
        Tensor y = matrix(1, -1, 0.5, -2, 0.75, 3);
        Tensor signs = matrix(1, -1, 1, -1, 1, -1);
        check(
                x -> RankingLosses.cosineEmbedding(x, y, Tensor.of(new long[] {1, -1}, 2), -0.5, Reduction.NONE),
                losses(0.215535459447, 0),
                -0.201144753988,
                0.0804579015952,
                0.110629614693,
                0,
                0,
                0);
        check(
                x -> RankingLosses.marginRanking(x, y, signs, 0.3, Reduction.NONE),
                losses(0.8, 0, 0, 3.3, 0.8, 0),
                -1,
                0,
                0,
                4,
                -5,
                0);
        check(
                x -> RankingLosses.hingeEmbedding(x, signs, 0.5, Reduction.NONE),
                losses(0.5, 2, 2, 0, 0.25, 1.25),
                1,
                -2,
                3,
                0,
                5,
                -6);
        check(
                x -> RankingLosses.softMargin(Arithmetic.multiply(x, 30.0), signs, Reduction.NONE),
                losses(
                        3.05902273714e-07,
                        2.86251858055e-20,
                        8.7565107627e-27,
                        30,
                        0.000552931475361,
                        1.69189792247e-10),
                -9.17706680777e-06,
                1.71751114833e-18,
                -7.88085968643e-25,
                120,
                -0.0829167955385,
                3.04541626019e-08);
    }

    @Test
    void distances() {
        Tensor y = matrix(1, -1, 0.5, -2, 0.75, 3);
        Tensor z = matrix(0.25, 1, -1, 2, 0, 1.5);
        check(
                x -> RankingLosses.tripletMargin(
                        new RankingLosses.Triplet(x, y, z), 1.5, 2, 1e-6, false, Reduction.NONE),
                losses(0, 3.8534291981),
                0,
                0,
                0,
                2.05079499958,
                -0.409143162099,
                0.264933874355);
        check(
                x -> RankingLosses.tripletMargin(
                        new RankingLosses.Triplet(x, y, z), 1.5, 1, 1e-6, true, Reduction.NONE),
                losses(0, 5.25),
                0,
                0,
                0,
                4,
                -4,
                0);
        check(
                x -> RankingLosses.pairwiseDistance(x, y, 3, 1e-6, false),
                losses(1.53615915444, 4.30634288466),
                -0.105941433451,
                -0.105941433451,
                0.953477986261,
                0.970634181265,
                -0.0269619347679,
                -1.51661408829);
    }

    @Test
    void cosinesOfShortVectors() {
        Tensor y = matrix(1, -1, 0.5, -2, 0.75, 3);
        check(
                x -> RankingLosses.cosineSimilarity(Arithmetic.multiply(x, 0.0), y, 1, 1e-8),
                losses(0, 0),
                0,
                0,
                0,
                0,
                0,
                0);
        check(
                x -> RankingLosses.cosineSimilarity(Arithmetic.multiply(x, 1e-9), y, 1, 1e-8),
                losses(0.2, -0.110312187912),
                0.0627443439639,
                -0.0548996985584,
                0.0176440425223,
                -0.0913078773669,
                0.0450574539885,
                0.149942216021);
    }
}
