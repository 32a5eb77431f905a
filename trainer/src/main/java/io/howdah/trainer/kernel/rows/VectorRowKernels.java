// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link RowKernels} by the vector instructions of the JDK's incubating module. */
public final class VectorRowKernels implements RowKernels {
    private static final VectorSpecies<Float> FLOATS = species();
    private static final int WIDE = FLOATS.length();

    private final VectorMultiply products = new VectorMultiply();
    private final PlainRowKernels plain = new PlainRowKernels();

    /** No wider than the lanes of sums. */
    public static VectorSpecies<Float> species() {
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() <= LANES ? preferred : FloatVector.SPECIES_512;
    }

    @Override
    public void multiply(PackedWeights w, float[] x, int rows, float[] y, int fromPanel, int toPanel) {
        products.multiply(w, x, rows, y, fromPanel, toPanel);
    }

    @Override
    public void scores(
            float[] q, int qAt, float[] page, int keysAt, int width, int count, float scale, float[] scores, int at) {
        VectorAttention.scores(q, qAt, page, keysAt, width, count, scale, scores, at);
    }

    @Override
    public void scoresOfPair(
            float[] q,
            int firstAt,
            int secondAt,
            float[] page,
            int keysAt,
            int width,
            int count,
            float scale,
            float[] first,
            float[] second,
            int at) {
        VectorAttention.scores(q, firstAt, secondAt, page, keysAt, width, count, scale, first, second, at);
    }

    @Override
    public float exponentials(float[] scores, int count) {
        int whole = count / LANES * LANES;
        FloatVector most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < whole; j += WIDE) {
            most = most.max(FloatVector.fromArray(FLOATS, scores, j));
        }
        float greatest = most.reduceLanes(VectorOperators.MAX);
        for (int j = whole; j < count; j++) {
            greatest = Math.max(greatest, scores[j]);
        }
        // Lanes beyond the last position add exactly 0.
        Arrays.fill(scores, count, (count + LANES - 1) / LANES * LANES, Float.NEGATIVE_INFINITY);
        float[] sums = new float[LANES];
        for (int lane = 0; lane < LANES; lane += WIDE) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int j = lane; j < count; j += LANES) {
                FloatVector value =
                        exponential(FloatVector.fromArray(FLOATS, scores, j).sub(greatest));
                value.intoArray(scores, j);
                if (j + WIDE > count) {
                    Arrays.fill(scores, count, j + WIDE, 0);
                    value = FloatVector.fromArray(FLOATS, scores, j);
                }
                sum = sum.add(value);
            }
            sum.intoArray(sums, lane);
        }
        return PlainRowKernels.sum(sums);
    }

    static FloatVector exponential(FloatVector argument) {
        FloatVector x = argument.max(Exponential.LEAST).min(Exponential.MOST);
        FloatVector shifted = x.fma(
                FloatVector.broadcast(FLOATS, Exponential.LOG2_E), FloatVector.broadcast(FLOATS, Exponential.MAGIC));
        FloatVector n = shifted.sub(Exponential.MAGIC);
        FloatVector r = n.fma(
                FloatVector.broadcast(FLOATS, -Exponential.LN2_LOW),
                n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_HIGH), x));
        FloatVector p =
                FloatVector.broadcast(FLOATS, Exponential.C6).fma(r, FloatVector.broadcast(FLOATS, Exponential.C5));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C4));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C3));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C2));
        p = p.fma(r, FloatVector.broadcast(FLOATS, Exponential.C1));
        FloatVector value = p.fma(r.mul(r), r).add(1f);
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT);
        return value.reinterpretAsInts().add(power).reinterpretAsFloats();
    }

    @Override
    public void accumulate(
            float[] weights, int from, int count, float[] page, int valuesAt, int width, float[] out, int outAt) {
        VectorAttention.accumulate(weights, from, count, page, valuesAt, width, out, outAt);
    }

    @Override
    public void accumulatePair(
            float[] first,
            float[] second,
            int from,
            int count,
            float[] page,
            int valuesAt,
            int width,
            float[] out,
            int firstAt,
            int secondAt) {
        VectorAttention.accumulate(first, second, from, count, page, valuesAt, width, out, firstAt, secondAt);
    }

    @Override
    public void scale(float[] x, int at, int width, float factor) {
        int whole = FLOATS.loopBound(width);
        for (int i = 0; i < whole; i += WIDE) {
            FloatVector.fromArray(FLOATS, x, at + i).mul(factor).intoArray(x, at + i);
        }
        plain.scale(x, at + whole, width - whole, factor);
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int width) {
        int whole = FLOATS.loopBound(width);
        for (int i = 0; i < whole; i += WIDE) {
            FloatVector.fromArray(FLOATS, x, at + i)
                    .add(FloatVector.fromArray(FLOATS, y, yAt + i))
                    .intoArray(x, at + i);
        }
        plain.add(x, at + whole, y, yAt + whole, width - whole);
    }

    @Override
    public void rmsNorm(float[] x, int at, float[] weight, float epsilon, float[] out, int outAt) {
        int width = weight.length;
        if (width % LANES != 0) {
            plain.rmsNorm(x, at, weight, epsilon, out, outAt);
            return;
        }
        float[] sums = new float[LANES];
        for (int lane = 0; lane < LANES; lane += WIDE) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < width; i += LANES) {
                FloatVector value = FloatVector.fromArray(FLOATS, x, at + i);
                sum = value.fma(value, sum);
            }
            sum.intoArray(sums, lane);
        }
        float factor = PlainRowKernels.inverseRoot(PlainRowKernels.sum(sums), width, epsilon);
        for (int i = 0; i < width; i += WIDE) {
            FloatVector.fromArray(FLOATS, x, at + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(FLOATS, weight, i))
                    .intoArray(out, outAt + i);
        }
    }

    @Override
    public void layerNorm(float[] x, int at, float[] weight, float[] bias, float epsilon, float[] out, int outAt) {
        int width = weight.length;
        if (width % LANES != 0) {
            plain.layerNorm(x, at, weight, bias, epsilon, out, outAt);
            return;
        }
        float[] sums = new float[LANES];
        for (int lane = 0; lane < LANES; lane += WIDE) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < width; i += LANES) {
                sum = sum.add(FloatVector.fromArray(FLOATS, x, at + i));
            }
            sum.intoArray(sums, lane);
        }
        float mean = PlainRowKernels.sum(sums) / width;
        for (int lane = 0; lane < LANES; lane += WIDE) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < width; i += LANES) {
                FloatVector difference =
                        FloatVector.fromArray(FLOATS, x, at + i).sub(mean);
                sum = difference.fma(difference, sum);
            }
            sum.intoArray(sums, lane);
        }
        float factor = PlainRowKernels.inverseRoot(PlainRowKernels.sum(sums), width, epsilon);
        for (int i = 0; i < width; i += WIDE) {
            FloatVector.fromArray(FLOATS, x, at + i)
                    .sub(mean)
                    .mul(factor)
                    .fma(FloatVector.fromArray(FLOATS, weight, i), FloatVector.fromArray(FLOATS, bias, i))
                    .intoArray(out, outAt + i);
        }
    }

    @Override
    public void swiGlu(float[] x, int at, int width, float[] out, int outAt) {
        if (width % WIDE != 0) {
            plain.swiGlu(x, at, width, out, outAt);
            return;
        }
        for (int i = 0; i < width; i += WIDE) {
            FloatVector gate = FloatVector.fromArray(FLOATS, x, at + i);
            gate.div(exponential(gate.neg()).add(1f))
                    .mul(FloatVector.fromArray(FLOATS, x, at + width + i))
                    .intoArray(out, outAt + i);
        }
    }

    @Override
    public void geluTanh(float[] x, int at, int width) {
        if (width % WIDE != 0) {
            plain.geluTanh(x, at, width);
            return;
        }
        for (int i = at; i < at + width; i += WIDE) {
            FloatVector value = FloatVector.fromArray(FLOATS, x, i);
            FloatVector inner = value.mul(PlainRowKernels.GELU_CUBE)
                    .mul(value)
                    .fma(value, value)
                    .mul(PlainRowKernels.GELU_SCALE);
            value.div(exponential(inner.neg()).add(1f)).intoArray(x, i);
        }
    }
}
