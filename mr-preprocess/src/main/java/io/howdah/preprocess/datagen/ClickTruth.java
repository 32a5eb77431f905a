// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.tensor.Philox;

/**
 * The true log-odds of a click:
 *
 * <pre>logit(x, r) = β + Σ_f w[f, r_f] + Σ_{f&lt;g} v[f, r_f]·v[g, r_g] + Σ_m b[m] tanh(u[m]·x)</pre>
 *
 * for dense features x [{@value #DENSE}] and one rank r_f per field f, which a factorisation machine with a small network
 * over x can express (Guo et al., “DeepFM”, IJCAI 2017). Weights w and v are normal with a scale ∝ (1 + r / 10)^−2, so that
 * little is lost where an id is too rare to learn its weight, and centred in every field under the zipf distribution of the
 * ranks. The three sums have the variances {@value #FIRST_ORDER}, {@value #INTERACTIONS} and about {@value #SMOOTH}.
 */
final class ClickTruth {
    /** Number of dense features. */
    static final int DENSE = 13;

    private static final double INTERCEPT = -1.2;
    private static final double FIRST_ORDER = 2.0;
    private static final double INTERACTIONS = 0.4;
    private static final double SMOOTH = 1.0;
    /** The scale of the weights is a quarter of the first one's at this rank. */
    private static final double DECAY_RANKS = 10;

    private static final int UNITS = 4;
    private static final int CALIBRATION_POINTS = 4096;
    private static final long FIRST_ORDER_STREAM = Long.MIN_VALUE;
    private static final long FACTOR_STREAM = Long.MIN_VALUE + 1;
    private static final long SMOOTH_STREAM = Long.MIN_VALUE + 2;
    private static final long CALIBRATION_STREAM = Long.MIN_VALUE + 3;

    private final int fields;
    private final int rows;
    private final double[] weights;
    private final double[] factors;
    private final double[] directions = new double[UNITS * DENSE];
    private final double[] amplitudes = new double[UNITS];

    /**
     * Draws the weights.
     *
     * @param probabilities of the ranks 0, 1, … of every field, in descending order, [rows]
     */
    ClickTruth(long seed, int fields, double[] probabilities) {
        this.fields = fields;
        this.rows = probabilities.length;
        this.weights = centred(new Philox(seed, FIRST_ORDER_STREAM), probabilities);
        this.factors = centred(new Philox(seed, FACTOR_STREAM), probabilities);
        double firstOrder = 0;
        double sum = 0;
        double squares = 0;
        for (int field = 0; field < fields; field++) {
            firstOrder += variance(weights, field, probabilities);
            double variance = variance(factors, field, probabilities);
            sum += variance;
            squares += variance * variance;
        }
        scale(weights, Math.sqrt(FIRST_ORDER / firstOrder));
        // Σ_{f<g} of the product of the fields' variances, since the fields are independent and centred.
        double interactions = (sum * sum - squares) / 2;
        scale(factors, Math.sqrt(Math.sqrt(INTERACTIONS / interactions)));
        drawSmooth(seed);
    }

    private double[] centred(Philox random, double[] probabilities) {
        double[] values = new double[fields * rows];
        for (int field = 0; field < fields; field++) {
            double mean = 0;
            for (int rank = 0; rank < rows; rank++) {
                double decay = 1 + rank / DECAY_RANKS;
                double value = random.nextGaussian() / (decay * decay);
                values[field * rows + rank] = value;
                mean += probabilities[rank] * value;
            }
            for (int rank = 0; rank < rows; rank++) {
                values[field * rows + rank] -= mean;
            }
        }
        return values;
    }

    private double variance(double[] values, int field, double[] probabilities) {
        double variance = 0;
        for (int rank = 0; rank < rows; rank++) {
            double value = values[field * rows + rank];
            variance += probabilities[rank] * value * value;
        }
        return variance;
    }

    private static void scale(double[] values, double factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }

    private void drawSmooth(long seed) {
        Philox random = new Philox(seed, SMOOTH_STREAM);
        for (int i = 0; i < directions.length; i++) {
            directions[i] = random.nextGaussian() / Math.sqrt(DENSE);
        }
        for (int unit = 0; unit < UNITS; unit++) {
            amplitudes[unit] = random.nextGaussian();
        }
        Philox points = new Philox(seed, CALIBRATION_STREAM);
        float[] point = new float[DENSE];
        double squares = 0;
        for (int i = 0; i < CALIBRATION_POINTS; i++) {
            for (int j = 0; j < DENSE; j++) {
                point[j] = (float) points.nextGaussian();
            }
            double value = smooth(point); // its mean is 0, since it is odd
            squares += value * value;
        }
        scale(amplitudes, Math.sqrt(SMOOTH * CALIBRATION_POINTS / squares));
    }

    private double smooth(float[] dense) {
        double sum = 0;
        for (int unit = 0; unit < UNITS; unit++) {
            double product = 0;
            for (int j = 0; j < DENSE; j++) {
                product += directions[unit * DENSE + j] * dense[j];
            }
            sum += amplitudes[unit] * StrictMath.tanh(product);
        }
        return sum;
    }

    /**
     * The log-odds of label 1.
     *
     * @param dense dense features, [{@value #DENSE}]
     * @param ranks rank of the id of every field, [fields]
     */
    double logit(float[] dense, int[] ranks) {
        double firstOrder = 0;
        double sum = 0;
        double squares = 0;
        for (int field = 0; field < fields; field++) {
            int index = field * rows + ranks[field];
            firstOrder += weights[index];
            sum += factors[index];
            squares += factors[index] * factors[index];
        }
        return INTERCEPT + firstOrder + (sum * sum - squares) / 2 + smooth(dense);
    }
}
