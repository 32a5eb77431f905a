// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Samples of matrix products and what is made of them. */
final class MatrixSamples {
    private MatrixSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        samples.put("matmul", products());
        Function<List<Tensor>, Tensor> linear =
                x -> Matrices.linear(x.get(0), x.get(1), x.size() == 3 ? x.get(2) : null);
        samples.put(
                "linear",
                List.of(
                        Sample.of(linear, shape(3, 4), shape(5, 4)),
                        Sample.of(linear, shape(2, 3, 4), shape(5, 4)),
                        Sample.of(linear, shape(4), shape(5, 4)),
                        Sample.of(linear, shape(2, 4), shape(4)),
                        Sample.of(linear, shape(2, 4), shape(4), shape()),
                        Sample.of(linear, shape(2, 3, 4), shape(5, 4), shape(5))));
        samples.put("addmm", sums());
        samples.put("svd", decompositions());
    }

    private static List<Sample> products() {
        Function<List<Tensor>, Tensor> product = x -> Matrices.matmul(x.get(0), x.get(1));
        return List.of(
                Sample.of(product, shape(3, 4), shape(4, 5)),
                Sample.of(product, shape(2, 3, 4), shape(2, 4, 5)),
                Sample.of(product, shape(2, 0), shape(0, 3)),
                Sample.of(product, shape(4), shape(4)),
                Sample.of(product, shape(3, 4), shape(4)),
                Sample.of(product, shape(3), shape(3, 4)),
                Sample.of(product, shape(2, 2, 3), shape(3)),
                Sample.of(product, shape(3), shape(2, 3, 2)),
                Sample.of(product, shape(2, 3, 2), shape(2, 4)),
                Sample.of(product, shape(2, 3), shape(2, 3, 2)),
                Sample.of(product, shape(2, 1, 3, 2), shape(3, 2, 2)),
                Sample.of(product, shape(2, 3, 2), shape(1, 2, 4)));
    }

    private static List<Sample> sums() {
        MatrixSums.Factors factors = new MatrixSums.Factors(0.5, -2);
        Function<List<Tensor>, Tensor> addmm = x -> MatrixSums.addmm(x.get(0), x.get(1), x.get(2), factors);
        return List.of(
                Sample.of(addmm, shape(2, 3), shape(2, 4), shape(4, 3)),
                Sample.of(addmm, shape(1, 3), shape(2, 0), shape(0, 3)),
                Sample.of(
                        x -> MatrixSums.addmm(x.get(0), x.get(1), x.get(2), MatrixSums.Factors.ONE),
                        shape(3),
                        shape(2, 4),
                        shape(4, 3)),
                Sample.of(
                        x -> MatrixSums.addmm(x.get(0), x.get(1), x.get(2), new MatrixSums.Factors(0, 1)),
                        shape(),
                        shape(2, 4),
                        shape(4, 3)),
                Sample.of(
                        x -> MatrixSums.baddbmm(x.get(0), x.get(1), x.get(2), factors),
                        shape(3),
                        shape(2, 2, 4),
                        shape(2, 4, 3)),
                Sample.of(
                        x -> MatrixSums.addbmm(x.get(0), x.get(1), x.get(2), factors),
                        shape(2, 3),
                        shape(2, 2, 4),
                        shape(2, 4, 3)),
                Sample.of(
                        x -> MatrixSums.addmv(x.get(0), x.get(1), x.get(2), factors), shape(2), shape(2, 3), shape(3)),
                Sample.of(x -> MatrixSums.addr(x.get(0), x.get(1), x.get(2), factors), shape(3), shape(2), shape(3)));
    }

    private static List<Sample> decompositions() {
        // Squares, because the signs of singular vectors are arbitrary.
        Function<List<Tensor>, Tensor> left = x -> {
            SingularValues.Decomposition parts = SingularValues.svd(x.get(0));
            return Arithmetic.multiply(Functions.square(parts.u()), Views.unsqueeze(parts.values(), -2));
        };
        Function<List<Tensor>, Tensor> right =
                x -> Functions.square(SingularValues.svd(x.get(0)).v());
        Function<List<Tensor>, Tensor> product = x -> {
            SingularValues.Decomposition parts = SingularValues.svd(x.get(0));
            Tensor scaled = Arithmetic.multiply(parts.u(), Views.unsqueeze(parts.values(), -2));
            return Matrices.matmul(scaled, Views.transpose(parts.v(), -2, -1));
        };
        return List.of(
                Sample.of(x -> SingularValues.nuclearNorm(x.get(0), false, 0, 1), shape(3, 4)),
                Sample.of(x -> SingularValues.nuclearNorm(x.get(0), true, 0, 2), shape(3, 2, 3)),
                Sample.of(left, shape(4, 3)),
                Sample.of(left, shape(2, 3)),
                Sample.of(right, shape(3, 2)),
                Sample.of(right, shape(2, 3)),
                Sample.of(product, shape(2, 3, 2)));
    }
}
