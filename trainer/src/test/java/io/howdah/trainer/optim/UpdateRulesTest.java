// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Expected values come from the published formulas, evaluated in double precision. */
class UpdateRulesTest {
    private static final Config DEFAULTS = Config.parse(new KeyTable(OptimiserKeys.ALL), Map.of());

    @Test
    void adamwFollowsThreeSteps() {
        double[] expected = {0.9890000009999999, 0.9916720360378488, 0.9872479533577363};
        double[] second = {1.0000000000000011e-05, 4.9990000000000055e-05, 0.00013994001000000014};
        float[] gradients = {0.1f, -0.2f, 0.3f};
        float[] weights = {7, 1, 7};
        float[][] state = new float[2][3];
        AdamW rule = new AdamW(0.9, 0.999, 1e-8);
        for (int i = 0; i < 3; i++) {
            float[] gradient = {9, gradients[i], 9};
            rule.update(weights, state, gradient, 1, 2, new UpdateRule.Step(i + 1, 0.01, 0.1));
            assertThat((double) weights[1]).isCloseTo(expected[i], within(2e-7));
            assertThat((double) state[1][1]).isCloseTo(second[i], within(1e-10));
        }
        assertThat(weights[0]).as("outside the range").isEqualTo(7);
        assertThat(weights[2]).as("outside the range").isEqualTo(7);
        assertThat((double) state[0][1]).isCloseTo(0.0201, within(1e-8));
    }

    @Test
    void sgdWithMomentumFollowsTwoSteps() {
        assertThat(sgdAfterTwoSteps(0.9)).isCloseTo(0.927151, within(1e-7));
    }

    @Test
    void sgdWithoutMomentumNeedsNoState() {
        assertThat(new Sgd(0).stateNames()).isEmpty();
        assertThat(sgdAfterTwoSteps(0)).isCloseTo(0.973051, within(1e-7));
    }

    private static double sgdAfterTwoSteps(double momentum) {
        Sgd rule = new Sgd(momentum);
        float[] weights = {1};
        float[][] state = new float[rule.stateNames().size()][1];
        rule.update(weights, state, new float[] {0.5f}, 0, 1, new UpdateRule.Step(1, 0.1, 0.01));
        rule.update(weights, state, new float[] {-0.25f}, 0, 1, new UpdateRule.Step(2, 0.1, 0.01));
        return weights[0];
    }

    @Test
    void everyNameMakesARuleThatMovesWeightsAgainstTheGradient() {
        assertThat(UpdateRules.names()).containsExactly("adamw", "sgd");
        for (String name : UpdateRules.names()) {
            UpdateRule rule = UpdateRules.named(name, DEFAULTS);
            float[] weights = {1, -1};
            rule.update(
                    weights,
                    new float[rule.stateNames().size()][2],
                    new float[] {1, -1},
                    0,
                    2,
                    new UpdateRule.Step(1, 0.01, 0));
            assertThat(weights[0]).as(name).isLessThan(1);
            assertThat(weights[1]).as(name).isGreaterThan(-1);
        }
    }

    @Test
    void unknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> UpdateRules.named("adam", DEFAULTS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("adamw, sgd");
    }
}
