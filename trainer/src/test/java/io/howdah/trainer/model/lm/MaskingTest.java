// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final int ROWS = 400;
    private static final int LENGTH = 100;
    private static final long SEED = 7;

    /** All tokens are 5, so that a replacement shows unless it is a 5 by chance. */
    @Test
    void hidesAsManyInEveryRowAndMostBehindTheMask() {
        byte[] tokens = new byte[ROWS * LENGTH];
        Arrays.fill(tokens, (byte) 5);
        Masking.Rule rule = new Masking.Rule(0.15, 50, 50);
        try (StepScope scope = StepScope.open();
                Tensor rows = Tensor.of(tokens, ROWS, LENGTH)) {
            Masking masking = Masking.draw(rows, rule, new Philox(SEED, 0));
            long[] places = masking.places().toLongs();
            long[] inputs = masking.inputs().toLongs();
            assertThat(places).hasSize(ROWS * 15).isSorted().doesNotHaveDuplicates();
            assertThat(Arrays.stream(places)
                            .filter(place -> place / LENGTH == 3)
                            .count())
                    .isEqualTo(15);
            assertThat(masking.targets().toLongs()).containsOnly(5);
            double masked = Arrays.stream(places)
                    .filter(place -> inputs[(int) place] == 50)
                    .count();
            double kept = Arrays.stream(places)
                    .filter(place -> inputs[(int) place] == 5)
                    .count();
            assertThat(masked / places.length).as("seed %d", SEED).isCloseTo(0.8, offset(0.02));
            assertThat(kept / places.length).as("seed %d", SEED).isCloseTo(0.1 + 0.1 / 50, offset(0.015));
            long changed = Arrays.stream(inputs).filter(token -> token != 5).count();
            assertThat(changed).isEqualTo(places.length - (long) kept);
            // Every position is hidden about as often.
            double[] counts = new double[LENGTH];
            Arrays.stream(places).forEach(place -> counts[(int) (place % LENGTH)]++);
            assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(30);
            assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(95);
            assertThat(rows.toLongs()).containsOnly(5);
        }
    }

    @Test
    void hidesAtLeastOneTokenAndRefusesOthers() {
        Masking.Rule rule = new Masking.Rule(0.01, 9, 9);
        try (StepScope scope = StepScope.open();
                Tensor rows = Tensor.of(new int[] {1, 2, 3, 4}, 2, 2);
                Tensor floats = Tensor.of(new float[] {1, 2}, 1, 2)) {
            assertThat(Masking.draw(rows, rule, new Philox(1, 0)).places().elements())
                    .isEqualTo(2);
            assertThatThrownBy(() -> Masking.draw(floats, rule, new Philox(1, 0)))
                    .hasMessageContaining("expected integers [B, L]");
        }
    }
}
