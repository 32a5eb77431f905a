// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.Tensor;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Inputs of losses, and the comparison with what PyTorch gives for them. */
final class LossCheck {
    static final double[] X = {0.5, -1.5, 2.0, 1.0, 0.25, -0.75};
    static final double[] Y = {0.8, 0.1, 0.3, 0.4, 0.75, 0.6};

    private LossCheck() {}

    static Tensor matrix(double... elements) {
        return Tensor.of(elements, 2, 3);
    }

    static Tensor classes(long... numbers) {
        return Tensor.of(numbers, numbers.length);
    }

    /** Checks losses and the gradient of Σᵢ (i + 1)·lossᵢ. */
    static void check(UnaryOperator<Tensor> loss, double[] losses, double... gradient) {
        Tensor x = Autograd.parameter(matrix(X));
        Tensor result = loss.apply(x);
        assertThat(result.toDoubles()).containsExactly(losses, within(1e-9));
        double[] seed = new double[losses.length];
        for (int i = 0; i < seed.length; i++) {
            seed[i] = i + 1;
        }
        Autograd.backward(result, Tensor.of(seed, result.shape().sizes()), Autograd.SavedTensors.FREE);
        double[] actual = Objects.requireNonNull(x.grad()).toDoubles();
        for (int i = 0; i < gradient.length; i++) {
            assertThat(actual[i]).isEqualTo(gradient[i], within(1e-9 * Math.max(1, Math.abs(gradient[i]))));
        }
    }

    static double[] losses(double... losses) {
        return losses;
    }
}
