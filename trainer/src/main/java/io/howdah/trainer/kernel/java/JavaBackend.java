// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The reference kernels, in plain Java; one class per family. */
public final class JavaBackend implements Backend {
    @Override
    public String name() {
        return "java";
    }

    @Override
    public void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        MatrixProduct.matmul(a, b, bias, out);
    }

    @Override
    public void unary(Unary function, Tensor in, Tensor out) {
        Pointwise.unary(function, in, out);
    }

    @Override
    public void unaryGrad(Unary function, Tensor in, Tensor gradOut, Tensor out) {
        Pointwise.unaryGrad(function, in, gradOut, out);
    }

    @Override
    public void binary(Binary function, Tensor a, Tensor b, Tensor out) {
        Pointwise.binary(function, a, b, out);
    }

    @Override
    public void scale(Tensor a, double factor, double term, Tensor out) {
        Pointwise.scale(a, factor, term, out);
    }

    @Override
    public void sum(Tensor in, Tensor out) {
        Reduction.sum(in, out);
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps) {
        SoftmaxLoss.forward(logits, targets, losses, logSumExps);
    }

    @Override
    public void crossEntropyGrad(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out) {
        SoftmaxLoss.backward(logits, targets, logSumExps, gradLosses, out);
    }

    @Override
    public void gatherRows(Tensor table, Tensor ids, Tensor out) {
        Rows.gather(table, ids, out);
    }

    @Override
    public void scatterAddRows(Tensor rows, Tensor ids, Tensor table) {
        Rows.scatterAdd(rows, ids, table);
    }

    @Override
    public void convert(Tensor in, Tensor out) {
        Conversion.convert(in, out);
    }

    @Override
    public boolean isFinite(Tensor in) {
        return Finiteness.isFinite(in);
    }
}
