// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Which op an infinity or NaN comes from. */
class AnomalyModeTest {
    private static Tensor parameter(float... elements) {
        return Autograd.parameter(Tensor.of(elements, elements.length));
    }

    @Test
    void namesTheFirstOpOnTheWayAndItsLine() {
        try (StepScope step = StepScope.open();
                GradMode.Scope scope = AnomalyMode.detect()) {
            Tensor x = parameter(0, 1);
            Tensor fine = Arithmetic.add(x, 1.0);
            Tensor bad = Functions.log(Arithmetic.subtract(x, 1.0));
            Tensor loss = Reductions.sum(Arithmetic.multiply(fine, Views.reshape(bad, 2)));
            assertThat(loss.item()).isNaN();
            assertThat(AnomalyMode.culprit(loss))
                    .startsWith("op=log called at ")
                    .contains("AnomalyModeTest.namesTheFirstOpOnTheWayAndItsLine(AnomalyModeTest.java:")
                    .hasLineCount(1);
        }
    }

    @Test
    void anInfinityThatLeadsNowhereIsNotBlamed() {
        try (StepScope step = StepScope.open();
                GradMode.Scope scope = AnomalyMode.detect()) {
            Tensor x = parameter(0, 1);
            Tensor masked = Functions.exp(Arithmetic.subtract(x, Double.POSITIVE_INFINITY));
            Tensor loss = Reductions.sum(Functions.log(Arithmetic.multiply(masked, 2.0)));
            assertThat(loss.item()).isEqualTo(Double.NEGATIVE_INFINITY);
            assertThat(AnomalyMode.culprit(loss)).startsWith("op=log called at ");
        }
    }

    @Test
    void isSilentWhereNothingIsKnown() {
        try (StepScope step = StepScope.open()) {
            Tensor x = parameter(-1);
            assertThat(AnomalyMode.culprit(x)).isNull();
            assertThat(AnomalyMode.culprit(Functions.log(x))).as("mode is off").isNull();
            try (GradMode.Scope scope = AnomalyMode.detect()) {
                assertThat(AnomalyMode.culprit(Functions.exp(x))).isNull();
            }
        }
    }
}
