// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Dropouts;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointTest {
    private static Tensor parameter(double... values) {
        return Autograd.parameter(Tensor.of(values, values.length));
    }

    private static List<Tensor> deep(List<Tensor> inputs) {
        Tensor x = inputs.get(0);
        for (int i = 0; i < 10; i++) {
            x = Functions.tanh(Arithmetic.multiply(x, inputs.get(1)));
        }
        return List.of(x);
    }

    @Test
    void givesTheGradientsOfThePlainFunction() {
        Tensor x = parameter(0.5, -1);
        Tensor weight = parameter(1.5, 0.7);
        Autograd.backward(Reductions.sum(deep(List.of(x, weight)).get(0)));
        double[] plainX = x.grad().toDoubles();
        double[] plainWeight = weight.grad().toDoubles();
        Gradients.clear(x);
        Gradients.clear(weight);

        Tensor middle = Arithmetic.multiply(x, 1);
        Autograd.backward(Reductions.sum(
                Checkpoint.run(CheckpointTest::deep, middle, weight).get(0)));
        assertThat(x.grad().toDoubles()).containsExactly(plainX);
        assertThat(weight.grad().toDoubles()).containsExactly(plainWeight);
    }

    @Test
    void holdsLessMemoryUntilBackward() {
        Tensor x = Autograd.parameter(Tensor.zeros(DType.FLOAT64, Shape.of(1000)));
        Tensor weight = Autograd.parameter(Tensor.zeros(DType.FLOAT64, Shape.of(1000)));
        try (StepScope scope = StepScope.open()) {
            long before = Garbage.unreleasedBytes();
            Tensor y = Checkpoint.run(CheckpointTest::deep, x, weight).get(0);
            assertThat(Garbage.unreleasedBytes() - before).isLessThan(2 * 8192 + 1024);
            Autograd.backward(Reductions.sum(y));
        }
        assertThat(x.grad()).isNotNull();
    }

    @Test
    void noticesThatTheFunctionBehavedDifferently() {
        Tensor x = parameter(1);
        int[] calls = {0};
        Tensor y = Checkpoint.run(
                        inputs -> List.of(
                                calls[0]++ == 0
                                        ? Functions.tanh(inputs.get(0))
                                        : Functions.tanh(Functions.tanh(inputs.get(0)))),
                        x)
                .get(0);
        assertThatThrownBy(() -> Autograd.backward(y))
                .hasMessageContaining("saved 2 tensors when it ran again, expected 1");
    }

    @Test
    void drawsTheSameNumbersAgain() {
        Tensor x = Autograd.parameter(Tensor.zeros(DType.FLOAT64, Shape.of(64)));
        Tensor y = Checkpoint.run(inputs -> List.of(Dropouts.dropout(Functions.exp(inputs.get(0)), 0.5, true)), x)
                .get(0);
        Randomness.current().next();
        Autograd.backward(Reductions.sum(y));
        assertThat(y.toDoubles()).contains(0, 2);
        assertThat(x.grad().toDoubles()).containsExactly(y.toDoubles());
    }
}
