// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageGeneratorTest {
    private static final int COUNT = 2000;
    private static final ImageGenerator IMAGES = new ImageGenerator(5, 10, 0.32);

    @Test
    void bayesAccuracyIsThatOfTheStoredImages() {
        ByteBuffer[] row = GeneratedRows.buffers(IMAGES.columns());
        int right = 0;
        for (int i = 0; i < COUNT; i++) {
            IMAGES.draw(Datagen.FIRST_HELDOUT + i, row);
            right += IMAGES.classify(row[0]) == row[1].getInt(0) ? 1 : 0;
        }
        Map<String, String> properties = IMAGES.properties(Datagen.FIRST_HELDOUT, COUNT);
        assertThat(Double.parseDouble(properties.get("bayes.accuracy"))).isEqualTo((double) right / COUNT);
        assertThat(properties)
                .containsEntry("classes", "10")
                .containsEntry("channels", "3")
                .containsEntry("height", "32")
                .containsEntry("width", "32");
    }

    /** No classifier of the pixels is better than the best one of y, since the pixels are a function of y. */
    @Test
    void roundingCostsNextToNothing() {
        double before = IMAGES.accuracyBeforeRounding(0, COUNT);
        double after = Double.parseDouble(IMAGES.properties(0, COUNT).get("bayes.accuracy"));
        assertThat(before).isBetween(0.85, 0.97);
        assertThat(after).isCloseTo(before, within(0.003));
    }

    @Test
    void moreNoiseMeansLowerAccuracy() {
        double noisy = Double.parseDouble(
                new ImageGenerator(5, 10, 0.6).properties(0, COUNT).get("bayes.accuracy"));
        assertThat(noisy).isBetween(0.3, 0.8);
    }

    @Test
    void classesAreEquallyFrequentAndPixelsAreSeldomCut() {
        ByteBuffer[] row = GeneratedRows.buffers(IMAGES.columns());
        int[] counts = new int[10];
        long cut = 0;
        double squares = 0;
        for (int i = 0; i < COUNT; i++) {
            IMAGES.draw(i, row);
            counts[row[1].getInt(0)]++;
            for (int pixel = 0; pixel < SmoothPatterns.PIXELS; pixel++) {
                int level = row[0].get(pixel) & 0xff;
                cut += level == 0 || level == 255 ? 1 : 0;
                squares += (level - 128) * (level - 128);
            }
        }
        for (int count : counts) {
            assertThat(count).isBetween(140, 260);
        }
        double pixels = (double) COUNT * SmoothPatterns.PIXELS;
        assertThat(cut / pixels).isLessThan(2e-3);
        assertThat(Math.sqrt(squares / pixels)).isCloseTo(18, within(1.5));
    }

    @Test
    void patternsAreOrthonormal() {
        SmoothPatterns patterns = new SmoothPatterns();
        for (int d = 0; d < SmoothPatterns.COUNT; d++) {
            double[] weights = new double[SmoothPatterns.COUNT];
            weights[d] = 1;
            double[] products = patterns.projection(patterns.weighted(weights));
            for (int e = 0; e < SmoothPatterns.COUNT; e++) {
                assertThat(products[e]).isCloseTo(d == e ? 1 : 0, within(1e-12));
            }
        }
    }
}
