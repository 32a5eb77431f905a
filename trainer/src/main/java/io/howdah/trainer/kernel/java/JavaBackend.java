// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Epilogue;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Scan;
import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The reference kernels, in plain Java; one class per family. */
public class JavaBackend implements Backend {
    @Override
    public String name() {
        return "java";
    }

    @Override
    public void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        MatrixProduct.matmul(a, b, bias, out);
    }

    @Override
    public void product(Tensor a, Tensor b, Epilogue epilogue, Tensor out) {
        ScaledProduct.product(this, a, b, epilogue, out);
    }

    @Override
    public void unary(Unary function, double alpha, double beta, Tensor in, Tensor out) {
        Pointwise.unary(function, alpha, beta, in, out);
    }

    @Override
    public void unaryGrad(Unary function, double alpha, double beta, Tensor in, Tensor gradOut, Tensor out) {
        Pointwise.unaryGrad(function, alpha, beta, in, gradOut, out);
    }

    @Override
    public void unaryGradOfResult(Unary function, Tensor result, Tensor gradOut, Tensor out) {
        Pointwise.unaryGradOfResult(function, result, gradOut, out);
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
    public void reduce(Reduction function, Tensor in, Tensor out) {
        Reductions.reduce(function, in, out);
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

    @Override
    public void compare(Comparison relation, Tensor a, Tensor b, Tensor out) {
        Pointwise.compare(relation, a, b, out);
    }

    @Override
    public void where(Tensor condition, Tensor a, Tensor b, Tensor out) {
        Pointwise.where(condition, a, b, out);
    }

    @Override
    public void fill(Tensor out, double value) {
        Pointwise.fill(out, value);
    }

    @Override
    public void argReduce(boolean largest, Tensor in, int dimension, Tensor values, Tensor indices) {
        Searching.argReduce(largest, in, dimension, values, indices);
    }

    @Override
    public void scan(Scan function, Tensor in, int dimension, Tensor out) {
        Scans.scan(function, in, dimension, out);
    }

    @Override
    public void sort(Tensor in, int dimension, boolean descending, Tensor values, Tensor indices) {
        Sorting.sort(in, dimension, descending, values, indices);
    }

    @Override
    public void gather(Tensor in, int dimension, Tensor index, Tensor out) {
        Gathering.gather(in, dimension, index, out);
    }

    @Override
    public void scatter(Scatter function, Tensor target, int dimension, Tensor index, Tensor source) {
        Gathering.scatter(function, target, dimension, index, source);
    }

    @Override
    public void softmax(boolean logarithm, Tensor in, Tensor out) {
        Softmax.softmax(logarithm, in, out);
    }

    @Override
    public void softmaxGrad(boolean logarithm, Tensor result, Tensor gradOut, Tensor out) {
        Softmax.gradient(logarithm, result, gradOut, out);
    }

    @Override
    public void rowNorm(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            @Nullable Tensor means,
            Tensor inverses) {
        RowNorms.forward(in, weight, bias, epsilon, out, means, inverses);
    }

    @Override
    public void rowNormGrad(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor means,
            Tensor inverses,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias) {
        RowNorms.backward(in, weight, means, inverses, gradOut, gradIn, gradWeight, gradBias);
    }

    @Override
    public void batchNorm(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            Tensor means,
            Tensor variances) {
        ChannelNorms.batch(in, weight, bias, epsilon, out, means, variances);
    }

    @Override
    public void channelNorm(
            Tensor in, Tensor means, Tensor inverses, @Nullable Tensor weight, @Nullable Tensor bias, Tensor out) {
        ChannelNorms.forward(in, means, inverses, weight, bias, out);
    }

    @Override
    public void channelNormGrad(
            boolean batch,
            Tensor in,
            Tensor means,
            Tensor inverses,
            @Nullable Tensor weight,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias) {
        ChannelNorms.backward(batch, in, means, inverses, weight, gradOut, gradIn, gradWeight, gradBias);
    }

    @Override
    public void convolution(Tensor in, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out) {
        Convolutions.forward(in, weight, bias, window, groups, out);
    }

    @Override
    public void convolutionGradInput(Tensor gradOut, Tensor weight, Window window, int groups, Tensor gradIn) {
        Convolutions.gradInput(gradOut, weight, window, groups, gradIn);
    }

    @Override
    public void convolutionGradWeight(Tensor gradOut, Tensor in, Window window, int groups, Tensor gradWeight) {
        Convolutions.gradWeight(gradOut, in, window, groups, gradWeight);
    }

    @Override
    public void maxPool(Tensor in, Window window, Tensor out, Tensor indices) {
        Pools.max(in, window, out, indices);
    }

    @Override
    public void maxPoolGrad(Tensor gradOut, Tensor indices, Tensor gradIn) {
        Pools.maxGradient(gradOut, indices, gradIn);
    }

    @Override
    public void averagePool(Tensor in, Window window, boolean countPadding, int divisor, Tensor out) {
        Pools.average(in, window, countPadding, divisor, out);
    }

    @Override
    public void averagePoolGrad(Tensor gradOut, Window window, boolean countPadding, int divisor, Tensor gradIn) {
        Pools.averageGradient(gradOut, window, countPadding, divisor, gradIn);
    }

    @Override
    public void swiGlu(Tensor in, Tensor out) {
        SwiGlu.forward(in, out);
    }

    @Override
    public void swiGluGrad(Tensor in, Tensor gradOut, Tensor gradIn) {
        SwiGlu.gradient(in, gradOut, gradIn);
    }

    @Override
    public void rotate(Tensor a, Tensor b, Tensor cos, Tensor sin, Tensor outA, Tensor outB) {
        Rotation.rotate(a, b, cos, sin, outA, outB);
    }

    @Override
    public void lstmCell(Tensor gates, Tensor addend, Tensor cell, Tensor newCell, Tensor hidden) {
        LstmCell.forward(gates, addend, cell, newCell, hidden);
    }

    @Override
    public void lstmCellGrad(
            Tensor gates, Tensor cell, Tensor newCell, Tensor gradHidden, Tensor gradCell, Tensor gradGates) {
        LstmCell.gradient(gates, cell, newCell, gradHidden, gradCell, gradGates);
    }

    @Override
    public void gruCell(Tensor gates, Tensor addend, Tensor hidden, Tensor candidate, Tensor newHidden) {
        GruCell.forward(gates, addend, hidden, candidate, newHidden);
    }

    @Override
    public void gruCellGrad(
            Tensor gates, Tensor hidden, Tensor candidate, Tensor gradHidden, Tensor gradGates, Tensor gradAddend) {
        GruCell.gradient(gates, hidden, candidate, gradHidden, gradGates, gradAddend);
    }
}
