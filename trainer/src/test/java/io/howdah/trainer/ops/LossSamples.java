// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.ops.Losses.Reduction;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Samples of losses. */
final class LossSamples {
    private LossSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        List<Sample> entropies = new ArrayList<>();
        List<Sample> binaries = new ArrayList<>();
        for (Reduction reduction : Reduction.values()) {
            entropies.add(Sample.of(
                    x -> Losses.crossEntropy(x.get(0), Tensor.of(new int[] {4, 0, 2}, 3), reduction), shape(3, 5)));
            entropies.add(Sample.of(
                    x -> Losses.crossEntropy(x.get(0), Tensor.of(new long[] {-100, 0, 2}, 3), reduction), shape(3, 5)));
            entropies.add(Sample.of(x -> Losses.crossEntropy(x.get(0), maps(), weighted(reduction)), shape(2, 3, 2)));
            binaries.add(Sample.of(
                            x -> ProbabilityLosses.binaryCrossEntropy(x.get(0), x.get(1), null, reduction),
                            shape(2, 3),
                            shape(2, 3))
                    .between(0.1, 0.9));
        }
        samples.put("crossEntropy", entropies);
        samples.put("binaryCrossEntropy", binaries);
    }

    /** Class numbers of two samples with two places each, one of which is to be ignored. */
    static Tensor maps() {
        return Tensor.of(new long[] {0, 1, 2, 1}, 2, 2);
    }

    static ClassOptions weighted(Reduction reduction) {
        return ClassOptions.of(reduction)
                .weight(Tensor.of(new double[] {0.5, 2, 1}, 3))
                .ignoreIndex(1);
    }
}
