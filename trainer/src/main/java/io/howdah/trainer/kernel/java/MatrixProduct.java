// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products. Operands are copied to arrays, because loops over arrays are the ones that the JVM vectorises; sums
 * run over k in order, in binary64 for float64 and in binary32 otherwise.
 */
final class MatrixProduct {
    private MatrixProduct() {}

    static void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (out.shape().rank() == 2) {
            multiply(a, b, bias, out);
        } else {
            for (long i = 0; i < out.size(0); i++) {
                multiply(matrix(a, i), matrix(b, i), bias, matrix(out, i));
            }
        }
        Reference.reachabilityFence(bias);
    }

    private static Tensor matrix(Tensor batch, long index) {
        Shape shape = Shape.of(batch.size(1), batch.size(2));
        long[] strides = {batch.stride(1), batch.stride(2)};
        return batch.subview(shape, strides, index * batch.stride(0));
    }

    private static void multiply(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (out.dtype() == DType.FLOAT64) {
            multiplyDoubles(a, b, bias, out);
        } else {
            multiplyFloats(a, b, bias, out);
        }
    }

    private static void multiplyDoubles(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        int depth = Math.toIntExact(a.size(1));
        int width = Math.toIntExact(b.size(1));
        double[] right = b.toDoubles();
        double[] initial = bias == null ? new double[width] : bias.toDoubles();
        double[] left = new double[depth];
        double[] sums = new double[width];
        for (long i = 0; i < out.size(0); i++) {
            for (int k = 0; k < depth; k++) {
                left[k] = Elements.get(a.dtype(), element(a, i, k));
            }
            System.arraycopy(initial, 0, sums, 0, width);
            for (int k = 0; k < depth; k++) {
                double factor = left[k];
                int start = k * width;
                for (int j = 0; j < width; j++) {
                    sums[j] += factor * right[start + j];
                }
            }
            for (int j = 0; j < width; j++) {
                Elements.put(out.dtype(), element(out, i, j), sums[j]);
            }
        }
    }

    private static void multiplyFloats(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        int depth = Math.toIntExact(a.size(1));
        int width = Math.toIntExact(b.size(1));
        float[] right = b.toFloats();
        float[] initial = bias == null ? new float[width] : bias.toFloats();
        float[] left = new float[depth];
        float[] sums = new float[width];
        for (long i = 0; i < out.size(0); i++) {
            for (int k = 0; k < depth; k++) {
                left[k] = (float) Elements.get(a.dtype(), element(a, i, k));
            }
            Arrays.fill(sums, 0);
            for (int k = 0; k < depth; k++) {
                float factor = left[k];
                int start = k * width;
                for (int j = 0; j < width; j++) {
                    sums[j] += factor * right[start + j];
                }
            }
            for (int j = 0; j < width; j++) {
                Elements.put(out.dtype(), element(out, i, j), sums[j] + initial[j]);
            }
        }
    }

    private static long element(Tensor matrix, long row, long column) {
        return matrix.address()
                + (row * matrix.stride(0) + column * matrix.stride(1))
                        * matrix.dtype().bytes();
    }
}
