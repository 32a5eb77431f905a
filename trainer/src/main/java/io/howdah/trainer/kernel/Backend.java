// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic kernels. Callers have checked shapes, dtypes and aliasing; outputs exist already and are overwritten, unless
 * a method says that it adds. Any strides are allowed, zero strides (broadcasts) on inputs only. Floating-point inputs
 * are float64 or float32, and {@link #matmul} and {@link #convert} also take bfloat16 and float16; sums accumulate in
 * at least float32. Every method writes the output's storage without bumping its version.
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
     * @param a [M, K] or [B, M, K]
     * @param b [K, N] or [B, K, N]; rank as {@code a}
     * @param bias [N], added to every row, or null
     * @param out [M, N] or [B, M, N]; dtype of a, or float32 for 16-bit inputs
     */
    void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out);

    /** out = function(in), elementwise; shapes equal. */
    void unary(Unary function, Tensor in, Tensor out);

    /** out = gradOut · function′(in), elementwise; shapes equal. */
    void unaryGrad(Unary function, Tensor in, Tensor gradOut, Tensor out);

    /** out = function(a, b), elementwise; a and b are expanded to the shape of out by zero strides. */
    void binary(Binary function, Tensor a, Tensor b, Tensor out);

    /** out = a · factor + term, elementwise, computed in the dtype; shapes equal. */
    void scale(Tensor a, double factor, double term, Tensor out);

    /** Sums over the dimensions in which {@code out} has size 1 and {@code in} has not; ranks equal. */
    void sum(Tensor in, Tensor out);

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
     * out[i] = table[ids[i]].
     *
     * @param table [V, D]
     * @param ids [n], int64, int32 or uint8
     * @param out [n, D]
     */
    void gatherRows(Tensor table, Tensor ids, Tensor out);

    /** table[ids[i]] += rows[i], in order of i. */
    void scatterAddRows(Tensor rows, Tensor ids, Tensor table);

    /**
     * Copies with conversion between any two dtypes; shapes equal. Float to 16-bit rounds to nearest even; float32
     * denormals may become zero in bfloat16, as on processors that convert in hardware.
     */
    void convert(Tensor in, Tensor out);

    /** Whether no element of a floating-point tensor is infinite or NaN. */
    boolean isFinite(Tensor in);
}
