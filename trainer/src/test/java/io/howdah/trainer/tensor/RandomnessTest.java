// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RandomnessTest {
    private final Randomness randomness = Randomness.current();

    @AfterEach
    void startAnew() {
        randomness.seed(0);
    }

    @Test
    void equalSeedsGiveEqualNumbers() {
        randomness.seed(5, 3);
        double first = randomness.next().nextDouble();
        double second = randomness.next().nextDouble();
        randomness.seed(5, 3);
        assertThat(randomness.next().nextDouble()).isEqualTo(first).isNotEqualTo(second);
        assertThat(randomness.next().nextDouble()).isEqualTo(second);
    }

    @Test
    void seedsWorkersStepsAndDrawsGiveDifferentNumbers() {
        Set<Double> seen = new HashSet<>();
        for (int seed = 0; seed < 4; seed++) {
            for (int worker = 0; worker < 4; worker++) {
                for (int step = 0; step < 4; step++) {
                    randomness.seed(seed, worker, step);
                    seen.add(randomness.next().nextDouble());
                    seen.add(randomness.next().nextDouble());
                }
            }
        }
        assertThat(seen).hasSize(128);
    }

    @Test
    void aStateIsEnoughToGoOn() {
        randomness.seed(9, 1, 7);
        randomness.next();
        Randomness.State state = randomness.state();
        double expected = randomness.next().nextDouble();
        randomness.seed(1);
        randomness.restore(state);
        assertThat(randomness.next().nextDouble()).isEqualTo(expected);
    }

    @Test
    void refusesWorkersThatHaveNoStream() {
        assertThatThrownBy(() -> randomness.seed(1, -1)).hasMessageContaining("worker=-1");
    }
}
