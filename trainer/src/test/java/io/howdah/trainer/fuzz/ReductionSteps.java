// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.ops.Extremes;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Moments;
import io.howdah.trainer.ops.Norms;
import io.howdah.trainer.ops.Products;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.RowNorms;
import io.howdah.trainer.ops.Scans;
import io.howdah.trainer.ops.Softmaxes;
import io.howdah.trainer.ops.Sorting;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Steps that sum up: reductions, scans, products, softmax. */
final class ReductionSteps {
    /** A reduction of one dimension. */
    private interface Reduction {
        Tensor of(Tensor x, int dimension, boolean keep);
    }

    /** A function along one dimension. */
    private interface Along {
        Tensor of(Tensor x, int dimension);
    }

    private ReductionSteps() {}

    static void addTo(Steps steps) {
        addReduction(steps, "sum", (x, dimension, keep) -> Reductions.sum(x, keep, dimension));
        addReduction(steps, "mean", (x, dimension, keep) -> Reductions.mean(x, keep, dimension));
        addReduction(steps, "var", (x, dimension, keep) -> Moments.variance(x, 0, keep, dimension));
        addReduction(steps, "amax", (x, dimension, keep) -> Extremes.amax(x, keep, dimension));
        addReduction(steps, "amin", (x, dimension, keep) -> Extremes.amin(x, keep, dimension));
        addReduction(
                steps,
                "max",
                (x, dimension, keep) -> Extremes.max(x, dimension, keep).values());
        addReduction(steps, "logsumexp", (x, dimension, keep) -> Norms.logSumExp(x, keep, dimension));
        addReduction(steps, "norm", (x, dimension, keep) -> Norms.norm(x, 2, keep, dimension));
        addReduction(steps, "prod", Products::product);
        steps.addUnary("sum_all", x -> Reductions.sum(x));
        addAlong(steps, "cumsum", Scans::cumulativeSum);
        addAlong(steps, "softmax", Softmaxes::softmax);
        addAlong(steps, "log_softmax", Softmaxes::logSoftmax);
        addAlong(
                steps,
                "sort",
                (x, dimension) -> Sorting.sort(x, dimension, false).values());
        addProducts(steps);
        steps.add("layer_norm", machine -> {
            Tensor x = machine.any(tensor -> tensor.shape().rank() > 0 && tensor.size(-1) > 1);
            return RowNorms.layerNorm(x, Shape.of(x.size(-1)), null, null, 0.5);
        });
    }

    private static void addProducts(Steps steps) {
        // With its own transpose, so that the sizes fit.
        steps.addUnary("gram", x -> Matrices.matmul(x, Views.transpose(x, 0, -1)));
        steps.add("matmul", machine -> {
            Tensor a = machine.ofRank(1);
            boolean careless = machine.chance(0.05);
            long inner = a.size(-1);
            return Matrices.matmul(
                    a,
                    machine.any(b -> careless
                            || b.shape().rank() == 1 && b.size(0) == inner
                            || b.shape().rank() == 2 && b.size(0) == inner));
        });
        steps.add("linear", machine -> {
            Tensor x = machine.ofRank(1);
            Tensor weight = machine.any(w -> w.shape().rank() == 2 && w.size(1) == x.size(-1));
            return Matrices.linear(x, weight, null);
        });
    }

    private static void addReduction(Steps steps, String kind, Reduction reduction) {
        steps.add(kind, machine -> {
            Tensor x = machine.any();
            int dimension = machine.dimension(x);
            return reduction.of(x, dimension, machine.noted(machine.chance(0.5)));
        });
    }

    private static void addAlong(Steps steps, String kind, Along function) {
        steps.add(kind, machine -> {
            Tensor x = machine.any();
            return function.of(x, machine.dimension(x));
        });
    }
}
