// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic kernels. Callers have checked shapes, dtypes and aliasing; outputs exist already and are overwritten, unless
 * a method says that it adds. Any strides are allowed, zero strides (broadcasts) on inputs only; an elementwise output
 * may be exactly one of its inputs. Unless said otherwise all operands share one dtype, any dtype for which the function
 * makes sense: 16-bit floats are computed in float32 or wider and rounded once, integers wrap around. Sums accumulate in
 * at least float32. Every method writes the output's storage without bumping its version. Empty tensors are allowed.
 *
 * <p>{@code kernel.java} is the specification; {@code kernel.onednn} passes the same tests. A backend for another device
 * implements this interface and adds a row in {@link Backends}.
 */
public interface Backend {
    /** Short name for logs, for instance {@code java} or {@code onednn}. */
    String name();

    /**
     * out = a · b (+ bias).
     *
     * @param a [M, K] or [B, M, K]; floating-point
     * @param b [K, N] or [B, K, N]; rank as {@code a}
     * @param bias [N], added to every row, or null
     * @param out [M, N] or [B, M, N]; dtype of a, or float32 for 16-bit inputs
     */
    void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out);

    /**
     * out = scale · a · b (+ addend) (+ out), summed in at least float32 and rounded once.
     *
     * @param a [M, K] or [B, M, K]; floating-point
     * @param b [K, N] or [B, K, N]; rank as {@code a}
     * @param out [M, N] or [B, M, N]; dtype of a, or float32 for 16-bit inputs
     */
    void product(Tensor a, Tensor b, Epilogue epilogue, Tensor out);

    /** out = function(in), elementwise; shapes equal. α and β are 0 where the function has no such parameter. */
    void unary(Unary function, double alpha, double beta, Tensor in, Tensor out);

    /** out = gradOut · function′(in), elementwise; shapes equal; floating-point. */
    void unaryGrad(Unary function, double alpha, double beta, Tensor in, Tensor gradOut, Tensor out);

    /**
     * out = gradOut · function′(x), elementwise, from result = function(x) alone; shapes equal; floating-point. For
     * those functions whose derivative is simplest so: {@code EXP}, {@code EXPM1}, {@code SQRT}, {@code RSQRT}, {@code
     * RECIPROCAL}, {@code TANH}, {@code SIGMOID}.
     */
    void unaryGradOfResult(Unary function, Tensor result, Tensor gradOut, Tensor out);

    /** out = function(a, b), elementwise; a and b are expanded to the shape of out by zero strides. */
    void binary(Binary function, Tensor a, Tensor b, Tensor out);

    /** out = a relation b, elementwise; out is bool, a and b are expanded to its shape. */
    void compare(Comparison relation, Tensor a, Tensor b, Tensor out);

    /** out = condition ? a : b, elementwise; condition is bool, all inputs are expanded to the shape of out. */
    void where(Tensor condition, Tensor a, Tensor b, Tensor out);

    /** out = a · factor + term, elementwise, in floating-point; shapes equal. */
    void scale(Tensor a, double factor, double term, Tensor out);

    /** Every element of out = value, exactly for integers up to 2^53. */
    void fill(Tensor out, double value);

    /** Reduces the dimensions in which {@code out} has size 1 and {@code in} has not; ranks equal. */
    void reduce(Reduction function, Tensor in, Tensor out);

    /**
     * First largest (or smallest) element along one dimension; NaN counts as both. Tie: the lowest index.
     *
     * @param values size 1 in {@code dimension}, otherwise as {@code in}
     * @param indices int64, shape of {@code values}
     */
    void argReduce(boolean largest, Tensor in, int dimension, Tensor values, Tensor indices);

    /** Running reduction along one dimension; shapes equal. */
    void scan(Scan function, Tensor in, int dimension, Tensor out);

    /**
     * Sorts along one dimension, stable; NaN counts as largest.
     *
     * @param indices int64, where each element came from; shape of {@code in}
     */
    void sort(Tensor in, int dimension, boolean descending, Tensor values, Tensor indices);

    /** out[…, i, …] = in[…, index[…, i, …], …]; out and int64 index share a shape that fits into {@code in} elsewhere. */
    void gather(Tensor in, int dimension, Tensor index, Tensor out);

    /** target[…, index[…, i, …], …] ∘= source[…, i, …]; the index shape fits into source and, elsewhere, target. */
    void scatter(Scatter function, Tensor target, int dimension, Tensor index, Tensor source);

    /**
     * out[i] = table[ids[i]].
     *
     * @param table [V, D]
     * @param ids [n], int64, int32 or uint8
     * @param out [n, D]
     */
    void gatherRows(Tensor table, Tensor ids, Tensor out);

    /** table[ids[i]] += rows[i], in order of i; 16-bit rows are summed in float32 and rounded once. */
    void scatterAddRows(Tensor rows, Tensor ids, Tensor table);

    /** Softmax, or its logarithm, over the last dimension; shapes equal, out may be in. A row of −∞ alone gives NaN. */
    void softmax(boolean logarithm, Tensor in, Tensor out);

    /** Gradient of {@link #softmax} from its result: y·(g − Σ g·y), or g − eʸ·Σ g; out may be gradOut. */
    void softmaxGrad(boolean logarithm, Tensor result, Tensor gradOut, Tensor out);

    /**
     * Negative log-likelihood of a softmax: losses[i] = logsumexp(logits[i]) − logits[i, targets[i]].
     *
     * @param logits [N, C]
     * @param targets [N], int64, int32 or uint8, in [0, C)
     * @param losses [N]
     * @param logSumExps [N], saved for the gradient
     */
    void crossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor logSumExps);

    /**
     * out[i, c] = gradLosses[i] · (softmax(logits[i])[c] − [c = targets[i]]).
     *
     * @param out [N, C]
     */
    void crossEntropyGrad(Tensor logits, Tensor targets, Tensor logSumExps, Tensor gradLosses, Tensor out);

    /**
     * Normalises rows: x̂ = (x − mean)·r with r = 1/√(variance + ε), or x̂ = x·r with r = 1/√(mean(x²) + ε) where {@code
     * means} is null (RMS norm); out = x̂ · weight + bias.
     *
     * @param in [N, D]
     * @param weight [D] or null
     * @param bias [D] or null
     * @param means [N], float32, or float64 for a float64 input; written; null for RMS norm
     * @param inverses [N], r, dtype as {@code means}; written
     */
    void rowNorm(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            @Nullable Tensor means,
            Tensor inverses);

    /**
     * Gradients of {@link #rowNorm}; those whose output is null are not wanted.
     *
     * @param gradIn [N, D] or null
     * @param gradWeight [D], dtype of {@code in}, or null
     * @param gradBias [D] or null
     */
    void rowNormGrad(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor means,
            Tensor inverses,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias);

    /**
     * out = (in − mean)/√(variance + ε)·weight + bias, with the mean and biased variance of every channel over all other
     * dimensions.
     *
     * @param in [N, C, L], not empty
     * @param weight [C] or null; dtype of {@code in} or of the moments
     * @param bias [C] or null; dtype of {@code in} or of the moments
     * @param means [C], float32, or float64 for a float64 input; written
     * @param variances [C], dtype as {@code means}; written
     */
    void batchNorm(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            Tensor means,
            Tensor variances);

    /**
     * out = (in − means)·inverses·weight + bias per channel.
     *
     * @param in [N, C, L]
     * @param inverses [C], 1/√(variance + ε), dtype as in {@link #batchNorm}
     * @param weight [C] or null; dtype of {@code in} or of the moments
     * @param bias [C] or null; dtype of {@code in} or of the moments
     */
    void channelNorm(
            Tensor in, Tensor means, Tensor inverses, @Nullable Tensor weight, @Nullable Tensor bias, Tensor out);

    /**
     * Gradients of {@link #channelNorm}; with {@code batch} the moments are those of {@code in} and the gradient flows
     * through them too, else they are constants. Outputs that are null are not wanted.
     */
    void channelNormGrad(
            boolean batch,
            Tensor in,
            Tensor means,
            Tensor inverses,
            @Nullable Tensor weight,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias);

    /**
     * Cross-correlation, as deep learning calls convolution.
     *
     * @param in [N, C, H, W]
     * @param weight [K, C/groups, R, S]
     * @param bias [K] or null
     * @param out [N, K, P, Q]
     */
    void convolution(Tensor in, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out);

    /** The gradient of {@link #convolution} for its input: what a transposed convolution computes. */
    void convolutionGradInput(Tensor gradOut, Tensor weight, Window window, int groups, Tensor gradIn);

    /** The gradient of {@link #convolution} for its weight. */
    void convolutionGradWeight(Tensor gradOut, Tensor in, Window window, int groups, Tensor gradWeight);

    /**
     * Largest element per window; padding counts as −∞ and NaN wins.
     *
     * @param in [N, C, H, W]
     * @param out [N, C, P, Q]
     * @param indices int64, shape of {@code out}: h·W + w of the element taken, the first of equals
     */
    void maxPool(Tensor in, Window window, Tensor out, Tensor indices);

    /** gradIn[n, c, indices[n, c, p, q]] = Σ gradOut[n, c, p, q], else 0. */
    void maxPoolGrad(Tensor gradOut, Tensor indices, Tensor gradIn);

    /**
     * Sum per window over {@code divisor}, or where that is 0 over the number of elements: all of the window that lie
     * within padding p on both sides (PyTorch's count_include_pad), or those of the input alone.
     */
    void averagePool(Tensor in, Window window, boolean countPadding, int divisor, Tensor out);

    /** Gradient of {@link #averagePool}. */
    void averagePoolGrad(Tensor gradOut, Window window, boolean countPadding, int divisor, Tensor gradIn);

    /** out = silu(a) · b for the rows [a, b] of {@code in} [N, 2D]; silu(a) = a / (1 + e⁻ᵃ). */
    void swiGlu(Tensor in, Tensor out);

    /** Gradient of {@link #swiGlu}, [N, 2D]. */
    void swiGluGrad(Tensor in, Tensor gradOut, Tensor gradIn);

    /**
     * Rotates pairs, in float32 or float64: outA = a·cos − b·sin, outB = b·cos + a·sin; cos and sin are expanded to the
     * shape of the others.
     */
    void rotate(Tensor a, Tensor b, Tensor cos, Tensor sin, Tensor outA, Tensor outB);

    /**
     * One step of an LSTM: newCell = f·cell + i·g and hidden = o·tanh(newCell).
     *
     * @param gates [N, 4H], the pre-activations of i, f, g and o but for {@code addend}; becomes their activations
     * @param addend [N, 4H]
     * @param cell [N, H]
     * @param newCell [N, H]
     * @param hidden [N, H]
     */
    void lstmCell(Tensor gates, Tensor addend, Tensor cell, Tensor newCell, Tensor hidden);

    /**
     * The gradient of {@link #lstmCell} for the pre-activations and the cell before.
     *
     * @param gates [N, 4H], the activations
     * @param gradHidden [N, H]
     * @param gradCell [N, H], of the new cell; becomes that of the cell before
     * @param gradGates [N, 4H]
     */
    void lstmCellGrad(Tensor gates, Tensor cell, Tensor newCell, Tensor gradHidden, Tensor gradCell, Tensor gradGates);

    /**
     * One step of a GRU: r and z = sigmoid(gates + addend), n = tanh(gates + r·addend), newHidden = (1 − z)·n + z·hidden.
     *
     * @param gates [N, 3H], what the input adds to r, z and n; becomes their activations
     * @param addend [N, 3H], what the state adds
     * @param hidden [N, H]
     * @param candidate [N, H], the part of {@code addend} for n; written
     * @param newHidden [N, H]
     */
    void gruCell(Tensor gates, Tensor addend, Tensor hidden, Tensor candidate, Tensor newHidden);

    /**
     * The gradient of {@link #gruCell}.
     *
     * @param gates [N, 3H], the activations
     * @param gradHidden [N, H], of the new state; becomes that part of the gradient of the state before that does not
     *     go through {@code addend}
     * @param gradGates [N, 3H]
     * @param gradAddend [N, 3H]
     */
    void gruCellGrad(
            Tensor gates, Tensor hidden, Tensor candidate, Tensor gradHidden, Tensor gradGates, Tensor gradAddend);

    /**
     * Copies with conversion between any two dtypes; shapes equal. Float to 16-bit rounds to nearest even; float32
     * denormals may become zero in bfloat16, as on processors that convert in hardware.
     */
    void convert(Tensor in, Tensor out);

    /** Whether no element of a floating-point tensor is infinite or NaN. */
    boolean isFinite(Tensor in);
}
