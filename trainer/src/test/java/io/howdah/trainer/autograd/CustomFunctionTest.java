// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd.SavedTensors;
import io.howdah.trainer.autograd.Autograd.Unused;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CustomFunctionTest {
    /** x³, with its derivative given by hand. */
    private static final class Cube extends Function {
        @Override
        protected List<Tensor> forward(List<Tensor> inputs) {
            Tensor x = inputs.get(0);
            save(x);
            return List.of(Arithmetic.multiply(Arithmetic.multiply(x, x), x));
        }

        @Override
        protected List<@Nullable Tensor> backward(List<Tensor> gradients) {
            Tensor x = saved().get(0);
            return List.of(Arithmetic.multiply(Arithmetic.multiply(Arithmetic.multiply(x, x), 3), gradients.get(0)));
        }
    }

    /** Hands out a view of its input. */
    private static final class FirstHalf extends Function {
        @Override
        protected List<Tensor> forward(List<Tensor> inputs) {
            return List.of(Slices.narrow(inputs.get(0), 0, 0, 1));
        }

        @Override
        protected List<@Nullable Tensor> backward(List<Tensor> gradients) {
            return List.of(Views.expand(gradients.get(0), 2));
        }
    }

    private static Tensor parameter(double... values) {
        return Autograd.parameter(Tensor.of(values, values.length));
    }

    @Test
    void runsItsOwnBackward() {
        Tensor x = parameter(2, 3);
        Tensor y = new Cube().apply(x).get(0);
        assertThat(Autograd.producer(y)).isEqualTo("output 0 of Cube");
        Autograd.backward(Reductions.sum(y));
        assertThat(x.grad().toDoubles()).containsExactly(12, 27);
    }

    @Test
    void aBackwardMadeOfOpsCanBeDifferentiated() {
        Tensor x = parameter(2);
        Tensor one = Tensor.of(new double[] {1}, 1);
        Tensor first = Autograd.grad(
                        List.of(new Cube().apply(x).get(0)),
                        List.of(one),
                        List.of(x),
                        SavedTensors.DIFFERENTIATE,
                        Unused.REFUSE)
                .get(0);
        assertThat(Autograd.grad(first, List.of(x)).get(0).item()).isEqualTo(12);
    }

    @Test
    void noticesThatASavedTensorWasWritten() {
        Tensor x = parameter(2);
        Tensor middle = Arithmetic.multiply(x, 1);
        Tensor y = new Cube().apply(middle).get(0);
        Arithmetic.addInPlace(middle, Tensor.scalar(DType.FLOAT64, 1));
        assertThatThrownBy(() -> Autograd.backward(y)).hasMessageContaining("modified by an inplace operation");
    }

    @Test
    void itsViewsMayNotBeWritten() {
        Tensor x = Arithmetic.multiply(parameter(2, 3), 1);
        Tensor view = new FirstHalf().apply(x).get(0);
        Tensor factor = parameter(2);
        assertThatThrownBy(() -> Arithmetic.multiplyInPlace(view, factor)).hasMessageContaining("custom Function");
    }

    @Test
    void oneObjectServesOneCall() {
        Cube cube = new Cube();
        cube.apply(parameter(1));
        assertThatThrownBy(() -> cube.apply(parameter(1))).hasMessageContaining("one object per call");
    }

    @Test
    void anomalyModeNamesTheForwardLine() {
        Tensor x = parameter(-1);
        try (GradMode.Scope scope = AnomalyMode.detect()) {
            Tensor y = Functions.sqrt(x);
            assertThatThrownBy(() -> Autograd.backward(y))
                    .hasMessageContaining("Function 'sqrt' returned nan values in its 0th output")
                    .hasMessageContaining("CustomFunctionTest.anomalyModeNamesTheForwardLine(CustomFunctionTest.java:");
        }
        assertThat(AnomalyMode.isEnabled()).isFalse();
        Autograd.backward(Functions.sqrt(x));
        assertThat(x.grad().item()).isNaN();
    }
}
