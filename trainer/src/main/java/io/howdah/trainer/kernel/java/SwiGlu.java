// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * silu(a) · b of rows [a, b], and its gradient: one walk over what one product gives, without copies of its halves. In
 * binary32 where that holds the elements, else in binary64.
 */
final class SwiGlu {
    private SwiGlu() {}

    static void forward(Tensor in, Tensor out) {
        if (Pointwise.isSingle(in)) {
            Elementwise.floats((x, count) -> gated(x[0], x[1], count), out, half(in, 0), half(in, 1));
        } else {
            Elementwise.doubles((x, count) -> gated(x[0], x[1], count), out, half(in, 0), half(in, 1));
        }
    }

    static void gradient(Tensor in, Tensor gradOut, Tensor gradIn) {
        boolean single = Pointwise.isSingle(in);
        Parallel.ranges(gradOut.elements(), Parallel.GRAIN, (start, end) -> {
            Cursor[] from = {new Cursor(half(in, 0), start), new Cursor(half(in, 1), start), new Cursor(gradOut, start)
            };
            Cursor[] to = {new Cursor(half(gradIn, 0), start), new Cursor(half(gradIn, 1), start)};
            if (single) {
                floatSlopes(from, to, end - start);
            } else {
                doubleSlopes(from, to, end - start);
            }
        });
    }

    /** The first or second half of the rows. */
    private static Tensor half(Tensor rows, int number) {
        long width = rows.size(1) / 2;
        return rows.subview(Shape.of(rows.size(0), width), rows.strides(), number * width * rows.stride(1));
    }

    private static void floatSlopes(Cursor[] from, Cursor[] to, long elements) {
        int chunk = (int) Math.min(Elementwise.CHUNK, elements);
        float[] a = new float[chunk];
        float[] b = new float[chunk];
        float[] gradient = new float[chunk];
        for (long done = 0; done < elements; done += chunk) {
            int count = (int) Math.min(chunk, elements - done);
            from[0].read(a, count);
            from[1].read(b, count);
            from[2].read(gradient, count);
            slopes(a, b, gradient, count);
            to[0].write(a, count);
            to[1].write(b, count);
        }
    }

    private static void doubleSlopes(Cursor[] from, Cursor[] to, long elements) {
        int chunk = (int) Math.min(Elementwise.CHUNK, elements);
        double[] a = new double[chunk];
        double[] b = new double[chunk];
        double[] gradient = new double[chunk];
        for (long done = 0; done < elements; done += chunk) {
            int count = (int) Math.min(chunk, elements - done);
            from[0].read(a, count);
            from[1].read(b, count);
            from[2].read(gradient, count);
            slopes(a, b, gradient, count);
            to[0].write(a, count);
            to[1].write(b, count);
        }
    }

    /** a = silu(a) · b. */
    private static void gated(float[] a, float[] b, int count) {
        Sigmoids32.silu(a, count);
        for (int i = 0; i < count; i++) {
            a[i] *= b[i];
        }
    }

    private static void gated(double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = a[i] / (1 + Math.exp(-a[i])) * b[i];
        }
    }

    /** a = gradient · b · σ(a)(1 + a(1 − σ(a))) and b = gradient · a · σ(a). */
    private static void slopes(float[] a, float[] b, float[] gradient, int count) {
        float[] gates = a.clone();
        Sigmoids32.sigmoid(gates, count);
        for (int i = 0; i < count; i++) {
            float slope = gates[i] * (1 + a[i] * (1 - gates[i]));
            float activated = a[i] * gates[i];
            a[i] = gradient[i] * b[i] * slope;
            b[i] = gradient[i] * activated;
        }
    }

    private static void slopes(double[] a, double[] b, double[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            double gate = 1 / (1 + Math.exp(-a[i]));
            double slope = gate * (1 + a[i] * (1 - gate));
            double activated = a[i] * gate;
            a[i] = gradient[i] * b[i] * slope;
            b[i] = gradient[i] * activated;
        }
    }
}
