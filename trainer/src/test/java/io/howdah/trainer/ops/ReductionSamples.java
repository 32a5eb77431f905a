// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Samples of reductions, scans and sorting. */
final class ReductionSamples {
    private ReductionSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        samples.put("sum", reductions(Reductions::sum));
        samples.put("mean", reductions(Reductions::mean));
        // Of one element the unbiased variance is NaN.
        samples.put("variance", reductions((x, keep, over) -> Moments.variance(x, 0.5, keep, over)));
        samples.put(
                "standardDeviation",
                List.of(
                        Sample.of(x -> Moments.standardDeviation(x.get(0)), shape(2, 3)),
                        Sample.of(x -> Moments.standardDeviation(x.get(0), 1, true, 1), shape(2, 3, 2)),
                        Sample.of(x -> Moments.standardDeviation(x.get(0), 0, false, 2, 0), shape(2, 3, 4))));
        samples.put("amax", reductions(Extremes::amax));
        samples.put("amin", reductions(Extremes::amin));
        samples.put(
                "firstExtreme",
                List.of(
                        Sample.of(x -> Extremes.max(x.get(0), 1, false).values(), shape(2, 3, 2)),
                        Sample.of(x -> Extremes.min(x.get(0), -1, true).values(), shape(2, 3)),
                        Sample.of(x -> Extremes.max(x.get(0), 0, true).values(), shape())));
        samples.put(
                "extremeIndex",
                List.of(
                        Sample.of(x -> Extremes.argMax(x.get(0)), shape(2, 3)),
                        Sample.of(x -> Extremes.argMin(x.get(0), 1, true), shape(2, 3)),
                        Sample.of(x -> Extremes.argMin(x.get(0), 0, false), shape(2, 3))));
        samples.put("all", List.of(Sample.of(x -> Logic.all(x.get(0)), shape(2, 3))));
        samples.put("any", List.of(Sample.of(x -> Logic.any(x.get(0), 1), shape(2, 3))));
        addNorms(samples);
        addProducts(samples);
        addOrders(samples);
    }

    private static void addNorms(Map<String, List<Sample>> samples) {
        samples.put(
                "norm",
                Stream.of(2.0, 1.0, 3.0, 1.5, 0.5, -1.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
                        .flatMap(p -> Stream.of(
                                Sample.of(x -> Norms.norm(x.get(0), p, false), shape(2, 3))
                                        .between(0.3, 2),
                                Sample.of(x -> Norms.norm(x.get(0), p, true, 1), shape(2, 3, 2))
                                        .between(-2, -0.3)))
                        .toList());
        samples.put("logSumExp", reductions(Norms::logSumExp));
    }

    private static void addProducts(Map<String, List<Sample>> samples) {
        samples.put(
                "product",
                List.of(
                        Sample.of(x -> Products.product(x.get(0)), shape(2, 3)),
                        Sample.of(x -> Products.product(x.get(0)), shape()),
                        Sample.of(x -> Products.product(x.get(0), 1, true), shape(2, 3, 2)),
                        Sample.of(x -> Products.product(withZeros(x.get(0)), 0, false), shape(4, 3))
                                .between(0, 0)));
        samples.put(
                "cumulativeProduct",
                List.of(
                        Sample.of(x -> Scans.cumulativeProduct(x.get(0), 1), shape(2, 3, 2)),
                        Sample.of(x -> Scans.cumulativeProduct(x.get(0), 0), shape()),
                        Sample.of(x -> Scans.cumulativeProduct(withZeros(x.get(0)), 0), shape(4, 3))
                                .between(0, 0)));
        samples.put(
                "cumulativeSum",
                List.of(
                        Sample.of(x -> Scans.cumulativeSum(x.get(0), 1), shape(2, 3, 2)),
                        Sample.of(x -> Scans.sumFromEnd(x.get(0), 0), shape(3, 2)),
                        Sample.of(x -> Scans.cumulativeSum(x.get(0), 0), shape()),
                        Sample.of(x -> Scans.cumulativeSum(x.get(0), 0), shape(0, 2))));
    }

    /** [4, 3] with one zero in the first column, two in the second and none in the third, where x is 0. */
    private static Tensor withZeros(Tensor x) {
        double[] elements = {2, 0, 3, 0, 0.5, 0.5, 3, 0, 0.5, 0.25, 3, 2};
        return Arithmetic.add(x, Casts.to(Tensor.of(elements, 4, 3), x.dtype()));
    }

    private static void addOrders(Map<String, List<Sample>> samples) {
        samples.put(
                "sort",
                List.of(
                        Sample.of(x -> Sorting.sort(x.get(0), 1, true).values(), shape(2, 4, 2)),
                        Sample.of(x -> Sorting.sort(x.get(0), 0, false).values(), shape()),
                        Sample.of(x -> Sorting.topK(x.get(0), 2, -1, false).values(), shape(2, 5)),
                        Sample.of(x -> Sorting.topK(x.get(0), 1, 0, true).values(), shape(4, 2)),
                        Sample.of(x -> Sorting.kthValue(x.get(0), 2, 1, false).values(), shape(2, 4)),
                        Sample.of(x -> Sorting.median(x.get(0), 0, true).values(), shape(4, 2))));
    }

    private interface Reduction {
        Tensor of(Tensor x, boolean keep, int... dimensions);
    }

    private static List<Sample> reductions(Reduction reduction) {
        return List.of(
                Sample.of(x -> reduction.of(x.get(0), false), shape(2, 3)),
                Sample.of(x -> reduction.of(x.get(0), true), shape(2, 3)),
                Sample.of(x -> reduction.of(x.get(0), false), shape()),
                Sample.of(x -> reduction.of(x.get(0), false, -1), shape(2, 3)),
                Sample.of(x -> reduction.of(x.get(0), true, 1), shape(2, 3, 2)),
                Sample.of(x -> reduction.of(x.get(0), false, 2, 0), shape(2, 3, 4)));
    }
}
