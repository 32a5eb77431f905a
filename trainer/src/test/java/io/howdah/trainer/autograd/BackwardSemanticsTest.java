// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.autograd.Autograd.SavedTensors;
import io.howdah.trainer.autograd.Autograd.Unused;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What backward and grad do, and refuse, as PyTorch 2.13. */
class BackwardSemanticsTest {
    private static Tensor parameter(double... values) {
        return Autograd.parameter(Tensor.of(values, values.length));
    }

    private static Tensor squares(Tensor x) {
        return Reductions.sum(Arithmetic.multiply(x, x));
    }

    private static double[] grad(Tensor x) {
        return x.grad().toDoubles();
    }

    @Test
    void gradientsAccumulateInTheSameTensor() {
        Tensor x = parameter(1, 2);
        Autograd.backward(squares(x));
        Tensor first = x.grad();
        Autograd.backward(squares(x));
        assertThat(x.grad()).isSameAs(first);
        assertThat(grad(x)).containsExactly(4, 8);
    }

    @Test
    void leavesNeverShareAGradient() {
        Tensor x = parameter(1);
        Tensor y = parameter(2);
        Autograd.backward(Reductions.sum(Arithmetic.add(x, y)));
        assertThat(x.grad().sharesStorage(y.grad())).isFalse();
    }

    @Test
    void aSecondBackwardNeedsARetainedGraph() {
        Tensor x = parameter(1, 2);
        Tensor loss = squares(x);
        Autograd.backward(loss, SavedTensors.RETAIN);
        Autograd.backward(loss);
        assertThat(grad(x)).containsExactly(4, 8);
        assertThatThrownBy(() -> Autograd.backward(loss))
                .hasMessageContaining("trying to backward through the graph a second time");
    }

    @Test
    void aGraphThatSavedNothingCanBeWalkedTwice() {
        Tensor x = parameter(1, 2);
        Tensor loss = Reductions.sum(Arithmetic.add(x, x));
        Autograd.backward(loss);
        Autograd.backward(loss);
        assertThat(grad(x)).containsExactly(4, 4);
    }

    @Test
    void seedsMustHaveTheShapeOfTheirOutput() {
        Tensor x = parameter(1, 2);
        Tensor y = Arithmetic.multiply(x, 3);
        assertThatThrownBy(() -> Autograd.backward(y)).hasMessageContaining("only for scalar outputs");
        assertThatThrownBy(() -> Autograd.backward(y, Tensor.zeros(DType.FLOAT64, Shape.of(3)), SavedTensors.FREE))
                .hasMessageContaining("Mismatch in shape: grad_output[0] has a shape of [3]");
        Autograd.backward(y, Tensor.of(new float[] {1, 10}, 2), SavedTensors.FREE);
        assertThat(grad(x)).containsExactly(3, 30);
    }

    @Test
    void aResultOfShapeOneNeedsNoSeed() {
        Tensor x = parameter(3);
        Autograd.backward(Arithmetic.multiply(x, x));
        assertThat(grad(x)).containsExactly(6);
    }

    @Test
    void rootsNeedHistory() {
        Tensor plain = Tensor.scalar(DType.FLOAT64, 1);
        assertThatThrownBy(() -> Autograd.backward(plain))
                .hasMessageContaining("element 0 of tensors does not require grad and does not have a grad_fn");
    }

    @Test
    void severalRootsAreWalkedAtOnce() {
        Tensor x = parameter(2);
        Tensor y = Arithmetic.multiply(x, x);
        Tensor z = Arithmetic.multiply(y, 3);
        Tensor one = Tensor.of(new double[] {1}, 1);
        Autograd.backward(List.of(y, z), List.of(one, one), SavedTensors.FREE);
        assertThat(grad(x)).containsExactly(16);
    }

    @Test
    void chosenLeavesAloneGetGradients() {
        Tensor x = parameter(2);
        Tensor y = parameter(3);
        Autograd.backward(
                List.of(Arithmetic.multiply(x, y)),
                List.of(Tensor.of(new double[] {1}, 1)),
                SavedTensors.FREE,
                List.of(x));
        assertThat(grad(x)).containsExactly(3);
        assertThat(y.grad()).isNull();
    }

    @Test
    void unusedInputsOfGradAreRefusedLeftOutOrZero() {
        Tensor x = parameter(2, 3);
        Tensor unused = parameter(1);
        Tensor seed = Tensor.scalar(DType.FLOAT64, 1);
        List<Tensor> inputs = List.of(x, unused);
        Tensor loss = squares(x);
        assertThatThrownBy(
                        () -> Autograd.grad(List.of(loss), List.of(seed), inputs, SavedTensors.RETAIN, Unused.REFUSE))
                .hasMessageContaining("input 1 appears to not have been used in the graph");
        assertThat(Autograd.grad(List.of(loss), List.of(seed), inputs, SavedTensors.RETAIN, Unused.NULL)
                        .get(1))
                .isNull();
        List<Tensor> zeros = Autograd.grad(List.of(loss), List.of(seed), inputs, SavedTensors.FREE, Unused.ZEROS);
        assertThat(zeros.get(0).toDoubles()).containsExactly(4, 6);
        assertThat(zeros.get(1).toDoubles()).containsExactly(0);
        assertThat(x.grad()).isNull();
    }

    @Test
    void gradientsOfGradientsCanBeTaken() {
        Tensor x = parameter(2);
        Tensor cube = Arithmetic.multiply(Arithmetic.multiply(x, x), x);
        Tensor one = Tensor.of(new double[] {1}, 1);
        Tensor first = Autograd.grad(List.of(cube), List.of(one), List.of(x), SavedTensors.DIFFERENTIATE, Unused.REFUSE)
                .get(0);
        Tensor second = Autograd.grad(
                        List.of(first), List.of(one), List.of(x), SavedTensors.DIFFERENTIATE, Unused.REFUSE)
                .get(0);
        assertThat(first.toDoubles()).containsExactly(12);
        assertThat(second.toDoubles()).containsExactly(12);
        assertThat(Autograd.grad(second, List.of(x)).get(0).toDoubles()).containsExactly(6);
    }

    @Test
    void aGradientPenaltyReachesTheLeaves() {
        Tensor x = parameter(1, 2);
        Tensor weight = parameter(3, 4);
        Tensor loss = Reductions.sum(Arithmetic.multiply(Functions.exp(x), weight));
        Tensor gradient = Autograd.grad(
                        List.of(loss),
                        List.of(Tensor.scalar(DType.FLOAT64, 1)),
                        List.of(x),
                        SavedTensors.DIFFERENTIATE,
                        Unused.REFUSE)
                .get(0);
        Autograd.backward(squares(gradient));
        assertThat(grad(weight)).containsExactly(new double[] {6 * Math.exp(2), 8 * Math.exp(4)}, offset(1e-12));
    }

    @Test
    void onlyFloatingPointTensorsRequireGradients() {
        assertThatThrownBy(() -> Autograd.parameter(Tensor.zeros(DType.INT64, Shape.of(2))))
                .hasMessageContaining("only Tensors of floating point dtype can require gradients");
        assertThatThrownBy(() -> Autograd.freeze(Arithmetic.multiply(parameter(1), 2)))
                .hasMessageContaining("you can only change requires_grad flags of leaf variables");
    }

    @Test
    void gradientsGivenByHandMustFit() {
        Tensor x = parameter(1, 2);
        assertThatThrownBy(() -> Gradients.set(x, Tensor.zeros(DType.FLOAT32, Shape.of(2))))
                .hasMessageContaining("expected float64 [2]");
        assertThatThrownBy(() -> Gradients.set(x, Tensor.zeros(DType.FLOAT64, Shape.of(3))))
                .hasMessageContaining("Cannot assign gradient");
        Gradients.set(x, Tensor.of(new double[] {1, 1}, 2));
        Autograd.backward(squares(x));
        assertThat(grad(x)).containsExactly(3, 5);
    }

    @Test
    void headsBehindADetachedTrunkGiveTheTrunksGradientTogether() {
        Tensor weight = parameter(1, 2);
        Tensor trunk = Functions.tanh(weight);
        Tensor leaf = Autograd.requireGrad(Autograd.detach(trunk));
        for (int head = 1; head <= 3; head++) {
            Autograd.backward(Arithmetic.multiply(squares(leaf), head));
        }
        Autograd.backward(trunk, leaf.grad(), SavedTensors.FREE);
        double[] split = grad(weight);

        Tensor whole = parameter(1, 2);
        Autograd.backward(Arithmetic.multiply(squares(Functions.tanh(whole)), 6));
        assertThat(split).containsExactly(grad(whole), offset(1e-15));
    }

    @Test
    void hooksAroundANodeRunInOrder() {
        Tensor x = parameter(2);
        Tensor y = Arithmetic.multiply(x, 3);
        List<String> log = new ArrayList<>();
        Hooks.onGradient(y, gradient -> {
            log.add("tensor");
            return Arithmetic.multiply(gradient, 2);
        });
        Gradients.retain(y);
        Hooks.beforeNode(y, gradients -> {
            log.add("before " + gradients.get(0).item());
            return gradients;
        });
        Hooks.afterNode(y, (results, gradients) -> {
            log.add("after " + results.get(0).item());
            return results;
        });
        Hooks.onAccumulated(x, leaf -> log.add("accumulated " + leaf.grad().item()));
        Autograd.backward(y);
        assertThat(log).containsExactly("tensor", "before 2.0", "after 6.0", "accumulated 6.0");
        assertThat(grad(y)).containsExactly(2);
    }

    @Test
    void hooksNeedATensorThatRequiresGradients() {
        assertThatThrownBy(() -> Hooks.onGradient(Tensor.scalar(DType.FLOAT64, 1), gradient -> gradient))
                .hasMessageContaining("the tensor doesn't require gradient");
    }

    @Test
    void aLongChainOfStepsNeedsNoDeepStack() {
        Tensor x = parameter(1);
        Tensor y = x;
        for (int i = 0; i < 10_000; i++) {
            y = Arithmetic.add(y, x);
        }
        Autograd.backward(y);
        assertThat(grad(x)).containsExactly(10_001);
    }

    @Test
    void gradientsOfSixteenBitWeightsKeepTheirDtype() {
        Tensor weight = Autograd.parameter(Casts.to(Tensor.of(new float[] {1, 2}, 1, 2), DType.BFLOAT16));
        Tensor x = Tensor.of(new float[] {3, 4}, 1, 2);
        Tensor y = Matrices.linear(x, Casts.to(weight, DType.FLOAT32), null);
        Autograd.backward(y);
        assertThat(weight.grad().dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(grad(weight)).containsExactly(3, 4);
    }
}
