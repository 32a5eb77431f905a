// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** First vector of philox4x32-10 in the known-answer file of Random123, which has counter and key 0. */
    @Test
    void knownAnswerOfZeros() {
        Philox random = new Philox(0, 0);
        assertThat(new int[] {random.nextInt(), random.nextInt(), random.nextInt(), random.nextInt()})
                .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    }

    /** Second vector, all bits set. */
    @Test
    void knownAnswerOfOnes() {
        assertThat(Philox.numbers(-1L, -1L, -1L)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    /** Third vector, digits of π. */
    @Test
    void knownAnswerOfPi() {
        assertThat(Philox.numbers(0x299f31d0a4093822L, 0x85a308d3243f6a88L, 0x0370734413198a2eL))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void streamsAndSeedsDiffer() {
        assertThat(new Philox(1, 0).nextInt()).isNotEqualTo(new Philox(1, 1).nextInt());
        assertThat(new Philox(1, 0).nextInt()).isNotEqualTo(new Philox(2, 0).nextInt());
        assertThat(new Philox(1, 7).nextInt()).isEqualTo(new Philox(1, 7).nextInt());
    }

    @Test
    void drawsEvenlyBelowABound() {
        Philox random = new Philox(4, 2);
        int[] counts = new int[6];
        for (int i = 0; i < 60_000; i++) {
            counts[random.nextInt(6)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9600, 10_400);
        }
        assertThatThrownBy(() -> random.nextInt(0)).hasMessageContaining("bound=0");
    }

    @Test
    void realNumbersHaveTheirMoments() {
        Philox random = new Philox(5, 3);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 100_000; i++) {
            double uniform = random.nextDouble();
            assertThat(uniform >= 0 && uniform < 1).isTrue();
            double normal = random.nextGaussian();
            sum += normal;
            squares += normal * normal;
        }
        assertThat(Math.abs(sum / 100_000)).isLessThan(0.015);
        assertThat(squares / 100_000).isBetween(0.98, 1.02);
    }
}
