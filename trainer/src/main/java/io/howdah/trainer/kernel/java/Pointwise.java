// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Elementwise kernels. float32 and 16-bit elements are computed in binary32 where that is as good, else in binary64, and
 * rounded once; integers in 64 bits.
 */
final class Pointwise {
    private Pointwise() {}

    static void unary(Unary function, double alpha, double beta, Tensor in, Tensor out) {
        Elementwise.Floats loop = isSingle(in) ? Functions32.of(function, alpha, beta) : null;
        if (loop != null) {
            Elementwise.floats(loop, out, in);
        } else if (in.dtype().isFloating()) {
            DoubleUnaryOperator operator = Functions.of(function, alpha, beta);
            Elementwise.doubles((x, count) -> map(operator, x[0], count), out, in);
        } else {
            LongUnaryOperator operator = IntegerFunctions.of(function, alpha, beta);
            Elementwise.longs((x, count) -> map(operator, x[0], count), out, in);
        }
    }

    static void unaryGrad(Unary function, double alpha, double beta, Tensor in, Tensor gradOut, Tensor out) {
        Elementwise.Floats loop = isSingle(in) ? Functions32.gradient(function, alpha, beta) : null;
        if (loop != null) {
            Elementwise.floats(loop, out, in, gradOut);
        } else {
            DoubleUnaryOperator derivative = Derivatives.of(function, alpha, beta);
            Elementwise.doubles((x, count) -> chain(derivative, x[0], x[1], count), out, in, gradOut);
        }
    }

    static void unaryGradOfResult(Unary function, Tensor result, Tensor gradOut, Tensor out) {
        Elementwise.Floats loop = isSingle(result) ? Functions32.gradientOfResult(function) : null;
        if (loop != null) {
            Elementwise.floats(loop, out, result, gradOut);
        } else {
            DoubleUnaryOperator derivative = Derivatives.ofResult(function);
            Elementwise.doubles((x, count) -> chain(derivative, x[0], x[1], count), out, result, gradOut);
        }
    }

    static void binary(Binary function, Tensor a, Tensor b, Tensor out) {
        Elementwise.Floats loop = isSingle(out) ? Functions32.of(function) : null;
        if (loop != null) {
            Elementwise.floats(loop, out, a, b);
        } else if (out.dtype().isFloating()) {
            DoubleBinaryOperator operator = Functions.of(function, out.dtype() != DType.FLOAT64);
            Elementwise.doubles((x, count) -> combine(operator, x[0], x[1], count), out, a, b);
        } else {
            LongBinaryOperator operator = IntegerFunctions.of(function);
            Elementwise.longs((x, count) -> combine(operator, x[0], x[1], count), out, a, b);
        }
    }

    static void compare(Comparison relation, Tensor a, Tensor b, Tensor out) {
        if (isSingle(a)) {
            Elementwise.floats(Functions32.of(relation), out, a, b);
        } else if (a.dtype().isFloating()) {
            DoubleBinaryOperator operator = Functions.of(relation);
            Elementwise.doubles((x, count) -> combine(operator, x[0], x[1], count), out, a, b);
        } else {
            LongBinaryOperator operator = IntegerFunctions.of(relation);
            Elementwise.longs((x, count) -> combine(operator, x[0], x[1], count), out, a, b);
        }
    }

    static void scale(Tensor a, double factor, double term, Tensor out) {
        if (isSingle(a)) {
            Elementwise.floats(Functions32.scale((float) factor, (float) term), out, a);
        } else {
            DoubleUnaryOperator operator = term == 0 ? x -> x * factor : x -> x * factor + term;
            Elementwise.doubles((x, count) -> map(operator, x[0], count), out, a);
        }
    }

    static void where(Tensor condition, Tensor a, Tensor b, Tensor out) {
        if (isSingle(out)) {
            Elementwise.floats(Pointwise::choose, out, a, b, condition);
        } else if (out.dtype().isFloating()) {
            Elementwise.doubles(Pointwise::choose, out, a, b, condition);
        } else {
            Elementwise.longs(Pointwise::choose, out, a, b, condition);
        }
    }

    static void fill(Tensor out, double value) {
        DType dtype = out.dtype();
        if (value == 0 && Double.doubleToRawLongBits(value) == 0 && out.isContiguous()) {
            Memory.fill(out.address(), out.elements() * dtype.bytes(), (byte) 0);
            Reference.reachabilityFence(out);
            return;
        }
        Tensor ordered = Layouts.inOrderOfFirst(out)[0];
        Parallel.ranges(out.elements(), Parallel.GRAIN, (start, end) -> {
            double[] chunk = new double[(int) Math.min(Elementwise.CHUNK, end - start)];
            Arrays.fill(chunk, value);
            Cursor to = new Cursor(ordered, start);
            for (long done = start; done < end; done += chunk.length) {
                to.write(chunk, (int) Math.min(chunk.length, end - done));
            }
        });
    }

    /** Whether binary32 holds all elements. */
    static boolean isSingle(Tensor tensor) {
        return tensor.dtype().isFloating() && tensor.dtype() != DType.FLOAT64;
    }

    private static void map(DoubleUnaryOperator function, double[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = function.applyAsDouble(x[i]);
        }
    }

    private static void map(LongUnaryOperator function, long[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = function.applyAsLong(x[i]);
        }
    }

    private static void combine(DoubleBinaryOperator function, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = function.applyAsDouble(a[i], b[i]);
        }
    }

    private static void combine(LongBinaryOperator function, long[] a, long[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = function.applyAsLong(a[i], b[i]);
        }
    }

    /** Where the derivative is 0 so is the result, even if the gradient is infinite. */
    private static void chain(DoubleUnaryOperator derivative, double[] x, double[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            double slope = derivative.applyAsDouble(x[i]);
            x[i] = slope == 0 ? 0 : slope * gradient[i];
        }
    }

    private static void choose(float[][] x, int count) {
        for (int i = 0; i < count; i++) {
            x[0][i] = x[2][i] != 0 ? x[0][i] : x[1][i];
        }
    }

    private static void choose(double[][] x, int count) {
        for (int i = 0; i < count; i++) {
            x[0][i] = x[2][i] != 0 ? x[0][i] : x[1][i];
        }
    }

    private static void choose(long[][] x, int count) {
        for (int i = 0; i < count; i++) {
            x[0][i] = x[2][i] != 0 ? x[0][i] : x[1][i];
        }
    }
}
