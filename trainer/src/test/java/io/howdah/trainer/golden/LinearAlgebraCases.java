// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Contractions;
import io.howdah.trainer.ops.Diagonals;
import io.howdah.trainer.ops.Einsum;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.MatrixSums;
import io.howdah.trainer.ops.SingularValues;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Matrix products, einsum and norms of matrices. */
final class LinearAlgebraCases {
    private LinearAlgebraCases() {}

    static void addTo(Table table) {
        table.add("matmul", call -> Matrices.matmul(call.tensor(0), call.tensor(1, "other")));
        table.add("mm", call -> Matrices.mm(call.tensor(0), call.tensor(1, "mat2")));
        table.add("bmm", call -> Matrices.bmm(call.tensor(0), call.tensor(1, "mat2")));
        table.add("mv", call -> Matrices.mv(call.tensor(0), call.tensor(1, "vec")));
        table.add("dot", call -> Matrices.dot(call.tensor(0), call.tensor(1, "tensor")));
        table.add("outer", call -> Matrices.outer(call.tensor(0), call.tensor(1, "vec2")));
        addSum(table, "addmm", MatrixSums::addmm);
        addSum(table, "baddbmm", MatrixSums::baddbmm);
        addSum(table, "addbmm", MatrixSums::addbmm);
        addSum(table, "addmv", MatrixSums::addmv);
        addSum(table, "addr", MatrixSums::addr);
        table.add(
                "nn.functional.linear",
                call -> Matrices.linear(call.tensor(0), call.tensor(1, "weight"), call.optionalTensor(2, "bias")));
        table.add(
                "einsum",
                call -> Einsum.einsum(
                        call.text(1, "equation"), call.tensors(0, "operands").toArray(Tensor[]::new)));
        table.add(
                "nn.functional.bilinear",
                call -> Contractions.bilinear(
                        call.tensor(0), call.tensor(1), call.tensor(2), call.optionalTensor(3, "bias")));
        table.add("trace", call -> Diagonals.trace(call.tensor(0)));
        table.add("diag", call -> Diagonals.diag(call.tensor(0), call.integer(1, "diagonal", 0)));
        table.add("tensordot", LinearAlgebraCases::tensordot);
        table.add("norm", "nuc", LinearAlgebraCases::nuclearNorm);
    }

    private interface Sum {
        Tensor of(Tensor input, Tensor a, Tensor b, MatrixSums.Factors factors);
    }

    private static void addSum(Table table, String op, Sum sum) {
        table.add(
                op,
                call -> sum.of(
                        call.tensor(0),
                        call.tensor(1),
                        call.tensor(2),
                        new MatrixSums.Factors(
                                call.number(GoldenCall.KEYWORD, "beta", 1),
                                call.number(GoldenCall.KEYWORD, "alpha", 1))));
    }

    private static Tensor tensordot(GoldenCall call) {
        if (!call.isList(2, "dims")) {
            return Contractions.tensordot(call.tensor(0), call.tensor(1), call.integer(2, "dims", 2));
        }
        List<?> dimensions = call.list(2, "dims");
        return Contractions.tensordot(
                call.tensor(0), call.tensor(1), integers(dimensions.get(0)), integers(dimensions.get(1)));
    }

    private static int[] integers(Object list) {
        return ((List<?>) list)
                .stream().mapToInt(element -> ((Long) element).intValue()).toArray();
    }

    private static Tensor nuclearNorm(GoldenCall call) {
        // The row is for this norm alone.
        call.text(1, "p");
        int[] dimensions = call.has(2, "dim") ? call.dimensions(2, "dim") : new int[] {0, 1};
        return SingularValues.nuclearNorm(call.tensor(0), call.flag(3, "keepdim", false), dimensions[0], dimensions[1]);
    }
}
