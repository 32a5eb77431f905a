// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Column;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * Images: {@code image} uint8 [3, 32, 32] and {@code label} int32 [], one of C equally frequent classes.
 *
 * <p>An image of class c is round(128 + S Σ_d y_d φ_d), cut to 0 … 255, where the {@link SmoothPatterns} φ_d are
 * orthonormal, y = m_c + σ z with z standard normal, and the prototypes m_c are uniform on the unit sphere. Rounding
 * adds an error of about 1 / (S √12) to every y_d, far below σ.
 *
 * <p>Properties: {@code classes}, {@code channels}, {@code height}, {@code width} and {@code bayes.accuracy}: how many of
 * the held-out images have the label whose prototype is nearest to the ŷ that the rounded and cut pixels project to. Since
 * classes are equally frequent and noise and rounding error are isotropic, this is the most probable class. It is what a
 * classifier that sees the stored pixels alone reaches; none reaches more than {@link #accuracyBeforeRounding}, because the
 * pixels are a function of y, and the two differ by no more than the few images that rounding moves across a boundary.
 */
final class ImageGenerator implements Generator {
    /** Spread of the pixels, in grey levels, averaged over the image. */
    private static final double PIXEL_DEVIATION = 18;

    private static final int MIDDLE = 128;
    private static final int LARGEST = 255;
    private static final long PROTOTYPE_STREAM = Long.MIN_VALUE;

    private final long seed;
    private final int classes;
    private final double noise;
    private final double scale;
    private final SmoothPatterns patterns = new SmoothPatterns();
    private final double[][] prototypes;

    ImageGenerator(long seed, int classes, double noise) {
        this.seed = seed;
        this.classes = classes;
        this.noise = noise;
        double energy = 1 + noise * noise * SmoothPatterns.COUNT; // E‖y‖²
        this.scale = PIXEL_DEVIATION * Math.sqrt(SmoothPatterns.PIXELS / energy);
        this.prototypes = new double[classes][];
        Philox random = new Philox(seed, PROTOTYPE_STREAM);
        for (int label = 0; label < classes; label++) {
            prototypes[label] = unit(random);
        }
    }

    static ImageGenerator of(Config config) {
        return new ImageGenerator(
                config.get(DatagenKeys.SEED), config.getInt(DatagenKeys.CLASSES), config.get(DatagenKeys.NOISE));
    }

    private static double[] unit(Philox random) {
        double[] vector = new double[SmoothPatterns.COUNT];
        double squares = 0;
        for (int d = 0; d < vector.length; d++) {
            vector[d] = random.nextGaussian();
            squares += vector[d] * vector[d];
        }
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= Math.sqrt(squares);
        }
        return vector;
    }

    @Override
    public List<Column> columns() {
        return List.of(
                new Column(
                        "image",
                        DType.UINT8,
                        Shape.of(SmoothPatterns.CHANNELS, SmoothPatterns.SIZE, SmoothPatterns.SIZE)),
                new Column("label", DType.INT32, Shape.of()));
    }

    @Override
    public void draw(long number, ByteBuffer[] row) {
        Philox random = new Philox(seed, number);
        int label = random.nextInt(classes);
        row[1].putInt(0, label);
        double[] pixels = patterns.weighted(latent(label, random));
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            double level = Math.rint(MIDDLE + scale * pixels[pixel]);
            row[0].put(pixel, (byte) (int) Math.max(0, Math.min(LARGEST, level)));
        }
    }

    private double[] latent(int label, Philox random) {
        double[] latent = new double[SmoothPatterns.COUNT];
        for (int d = 0; d < latent.length; d++) {
            latent[d] = prototypes[label][d] + noise * random.nextGaussian();
        }
        return latent;
    }

    /** The most probable class of an image, uint8 [3, 32, 32]. */
    int classify(ByteBuffer image) {
        double[] pixels = new double[SmoothPatterns.PIXELS];
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            pixels[pixel] = ((image.get(pixel) & LARGEST) - MIDDLE) / scale;
        }
        return nearest(patterns.projection(pixels));
    }

    private int nearest(double[] latent) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int label = 0; label < classes; label++) {
            double distance = 0;
            for (int d = 0; d < latent.length; d++) {
                double difference = latent[d] - prototypes[label][d];
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                best = label;
            }
        }
        return best;
    }

    /** Share of the examples whose class is the most probable one given y itself, before it is rounded to pixels. */
    double accuracyBeforeRounding(long first, long count) {
        return share(first, count, number -> {
            Philox random = new Philox(seed, number);
            int label = random.nextInt(classes);
            return nearest(latent(label, random)) == label;
        });
    }

    private static double share(long first, long count, LongPredicate right) {
        return (double) LongStream.range(first, first + count).filter(right).count() / count;
    }

    @Override
    public Map<String, String> properties(long first, long count) {
        ByteBuffer[] row = GeneratedRows.buffers(columns());
        double accuracy = share(first, count, number -> {
            draw(number, row);
            return classify(row[0]) == row[1].getInt(0);
        });
        return Map.of(
                "classes", Integer.toString(classes),
                "channels", Integer.toString(SmoothPatterns.CHANNELS),
                "height", Integer.toString(SmoothPatterns.SIZE),
                "width", Integer.toString(SmoothPatterns.SIZE),
                "bayes.accuracy", Double.toString(accuracy));
    }
}
