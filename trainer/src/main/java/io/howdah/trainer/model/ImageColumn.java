// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/**
 * The column {@code image} [B, C, H, W]. Bytes become (x/255 − mean)/deviation per channel: for three channels with the
 * means 0.485, 0.456, 0.406 and deviations 0.229, 0.224, 0.225 of ImageNet, which published weights expect, for any other
 * number with 0.5 and 0.5. Floating-point images count as normalised.
 *
 * @param channels C
 * @param height H
 * @param width W
 */
record ImageColumn(int channels, int height, int width) {
    static final String IMAGE = "image";
    static final String CHANNELS = "channels";
    static final String HEIGHT = "height";
    static final String WIDTH = "width";

    private static final double[] IMAGENET_MEANS = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_DEVIATIONS = {0.229, 0.224, 0.225};
    private static final double CENTRE = 0.5;
    private static final double LARGEST = 255;

    static ImageColumn of(DatasetProperties properties) {
        return new ImageColumn(
                properties.number(CHANNELS, 1), properties.number(HEIGHT, 1), properties.number(WIDTH, 1));
    }

    /** Normalised images, [B, C, H, W], float32. */
    Tensor read(Batch batch) {
        Tensor images = batch.column(IMAGE);
        if (images.shape().rank() != 4
                || images.size(1) != channels
                || images.size(2) != height
                || images.size(3) != width) {
            throw new IllegalArgumentException(
                    "Cannot predict: column " + IMAGE + "=" + images + ", expected [B, " + channels + ", " + height
                            + ", " + width + "] as the dataset's properties say; convert the dataset");
        }
        if (images.dtype().isFloating()) {
            return images;
        }
        return Composite.of(() -> Arithmetic.add(
                Arithmetic.multiply(Casts.to(images, DType.FLOAT32), perChannel(factors())), perChannel(terms())));
    }

    private Tensor perChannel(float[] numbers) {
        return Tensor.of(numbers, channels, 1, 1);
    }

    private float[] factors() {
        float[] factors = new float[channels];
        for (int c = 0; c < channels; c++) {
            factors[c] = (float) (1 / (LARGEST * deviation(c)));
        }
        return factors;
    }

    private float[] terms() {
        float[] terms = new float[channels];
        for (int c = 0; c < channels; c++) {
            terms[c] = (float) (-(channels == IMAGENET_MEANS.length ? IMAGENET_MEANS[c] : CENTRE) / deviation(c));
        }
        return terms;
    }

    private double deviation(int channel) {
        return channels == IMAGENET_DEVIATIONS.length ? IMAGENET_DEVIATIONS[channel] : CENTRE;
    }
}
