// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.model.lm.RotaryScaling.Rule;
import org.junit.jupiter.api.Test;

class RotaryScalingTest {
    @Test
    void stretchesAsItsRuleSays() {
        double fast = 2 * Math.PI / 2;
        double slow = 2 * Math.PI / 1000;
        double between = 2 * Math.PI * 2.5 / 64;
        double[] frequencies = {fast, slow, between};
        assertThat(RotaryScaling.NONE.of(frequencies)).containsExactly(frequencies);
        assertThat(new RotaryScaling(Rule.LINEAR, 4, 1, 4, 64).of(frequencies))
                .containsExactly(fast / 4, slow / 4, between / 4);
        assertThat(new RotaryScaling(Rule.LLAMA3, 4, 1, 4, 64).of(frequencies))
                .containsExactly(fast, slow / 4, 0.5 * between / 4 + 0.5 * between);
    }

    @Test
    void refusesBoundsInTheWrongOrder() {
        assertThatThrownBy(() -> new RotaryScaling(Rule.LLAMA3, 4, 4, 4, 64))
                .hasMessageContaining("low=4.0 high=4.0, expected low < high");
    }
}
