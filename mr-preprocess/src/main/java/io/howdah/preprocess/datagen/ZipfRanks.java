// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.tensor.Philox;
import java.util.Arrays;

/** Ranks 0, 1, … that are drawn with probability ∝ (rank + 1)^−s. */
final class ZipfRanks {
    private final double[] probabilities;
    private final double[] cumulative;

    ZipfRanks(int ranks, double exponent) {
        probabilities = new double[ranks];
        cumulative = new double[ranks];
        double sum = 0;
        for (int rank = 0; rank < ranks; rank++) {
            probabilities[rank] = StrictMath.pow(rank + 1.0, -exponent);
            sum += probabilities[rank];
        }
        double below = 0;
        for (int rank = 0; rank < ranks; rank++) {
            probabilities[rank] /= sum;
            below += probabilities[rank];
            cumulative[rank] = below;
        }
    }

    double[] probabilities() {
        return probabilities.clone();
    }

    int draw(Philox random) {
        int found = Arrays.binarySearch(cumulative, random.nextDouble());
        int rank = found >= 0 ? found + 1 : -found - 1;
        return Math.min(rank, cumulative.length - 1);
    }
}
