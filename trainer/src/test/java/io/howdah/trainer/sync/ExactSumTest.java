// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {
    private static final long SEED = 20240607;

    @Test
    void equalsTheExactSumWhateverTheGrouping() {
        Random random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            ExactSum whole = new ExactSum();
            ExactSum[] parts = {new ExactSum(), new ExactSum(), new ExactSum()};
            BigDecimal exact = BigDecimal.ZERO;
            for (int i = 0; i < 200; i++) {
                double value = Math.scalb(random.nextDouble(), random.nextInt(600) - 300);
                whole.add(value);
                parts[random.nextInt(3)].add(value);
                exact = exact.add(new BigDecimal(value));
            }
            ExactSum combined = ExactSum.of(parts[2].limbs(), true);
            combined.add(parts[0]);
            combined.add(parts[1]);
            assertThat(combined.toDouble()).as("seed %d round %d", SEED, round).isEqualTo(whole.toDouble());
            double rounded = exact.doubleValue();
            assertThat(Math.abs(whole.toDouble() - rounded)).isLessThanOrEqualTo(Math.ulp(rounded));
        }
    }

    @Test
    void holdsTheSmallestAndTheLargest() {
        ExactSum sum = new ExactSum();
        sum.add(Double.MIN_VALUE);
        assertThat(sum.toDouble()).isEqualTo(Double.MIN_VALUE);
        sum.add(0x1.8p1022);
        assertThat(sum.toDouble()).isEqualTo(0x1.8p1022);
        sum.clear();
        assertThat(sum.toDouble()).isZero();
    }

    @Test
    void oneValueThatIsNotFiniteShows() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            ExactSum sum = new ExactSum();
            sum.add(1);
            sum.add(value);
            assertThat(sum.isFinite()).isFalse();
            assertThat(sum.toDouble()).isNaN();
            ExactSum other = new ExactSum();
            other.add(sum);
            assertThat(other.isFinite()).isFalse();
        }
    }
}
