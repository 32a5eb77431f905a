// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.ops.StridedViews;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Writes in place, through views and to bases, as PyTorch 2.13 records or refuses them. */
class InPlaceSemanticsTest {
    private static Tensor parameter(double... values) {
        return Autograd.parameter(Tensor.of(values, values.length));
    }

    private static Tensor doubled(Tensor x) {
        return Arithmetic.multiply(x, 2);
    }

    private static void backward(Tensor x) {
        Autograd.backward(Reductions.sum(x));
    }

    private static double[] grad(Tensor x) {
        return x.grad().toDoubles();
    }

    @Test
    void aWriteThroughAViewBecomesHistoryOfItsBase() {
        Tensor x = parameter(1, 2, 3);
        Tensor base = doubled(x);
        Arithmetic.multiplyInPlace(Slices.narrow(base, 0, 1, 1), Tensor.scalar(DType.FLOAT64, 5));
        assertThat(base.toDoubles()).containsExactly(2, 20, 6);
        backward(base);
        assertThat(grad(x)).containsExactly(2, 10, 2);
    }

    @Test
    void aWriteToTheBaseBecomesHistoryOfItsViews() {
        Tensor x = parameter(1, 2, 3);
        Tensor base = doubled(x);
        Tensor view = Slices.narrow(base, 0, 1, 2);
        Tensor inner = Slices.narrow(view, 0, 1, 1);
        Arithmetic.multiplyInPlace(base, Tensor.scalar(DType.FLOAT64, 5));
        backward(inner);
        assertThat(grad(x)).containsExactly(0, 0, 10);
    }

    @Test
    void aWriteThroughOneViewShowsInAnother() {
        Tensor x = parameter(1, 2, 3, 4);
        Tensor base = doubled(x);
        Tensor matrix = Views.transpose(Views.reshape(base, 2, 2), 0, 1);
        Arithmetic.multiplyInPlace(Slices.narrow(base, 0, 0, 2), Tensor.scalar(DType.FLOAT64, 3));
        assertThat(matrix.toDoubles()).containsExactly(6, 6, 12, 8);
        backward(Slices.narrow(matrix, 0, 0, 1));
        assertThat(grad(x)).containsExactly(6, 0, 2, 0);
    }

    @Test
    void aWriteThroughATransposedViewReachesTheRightElements() {
        Tensor x = parameter(1, 2, 3, 4, 5, 6);
        Tensor base = Arithmetic.multiply(Views.transpose(Views.reshape(x, 2, 3), 0, 1), 1);
        Tensor column = Slices.narrow(Views.transpose(base, 0, 1), 0, 1, 1);
        Arithmetic.multiplyInPlace(column, Tensor.scalar(DType.FLOAT64, 7));
        backward(base);
        assertThat(grad(x)).containsExactly(1, 1, 1, 7, 7, 7);
    }

    @Test
    void aBaseOfAnyLayoutCanBeWrittenThroughItsViews() {
        Tensor x = parameter(1, 2, 3, 4, 5, 6);
        Tensor base = Tensor.emptyStrided(DType.FLOAT64, Shape.of(3, 2), new long[] {1, 3});
        Copies.copyInPlace(base, Views.reshape(x, 3, 2));
        Arithmetic.multiplyInPlace(Slices.narrow(base, 1, 1, 1), Tensor.scalar(DType.FLOAT64, 7));
        assertThat(base.toDoubles()).containsExactly(1, 14, 3, 28, 5, 42);
        backward(base);
        assertThat(grad(x)).containsExactly(1, 7, 1, 7, 1, 7);
    }

    @Test
    void aBaseWithoutHistoryStartsToRequireGradients() {
        Tensor x = parameter(1, 2);
        Tensor base = Tensor.zeros(DType.FLOAT64, Shape.of(3));
        Copies.copyInPlace(Slices.narrow(base, 0, 1, 2), x);
        assertThat(base.requiresGrad()).isTrue();
        backward(Arithmetic.multiply(base, base));
        assertThat(grad(x)).containsExactly(2, 4);
    }

    @Test
    void leavesMayNotBeWrittenWhileRecording() {
        Tensor x = parameter(1, 2);
        assertThatThrownBy(() -> Activations.reluInPlace(x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a leaf Variable that requires grad is being used in an in-place operation");
        Tensor view = Slices.narrow(x, 0, 0, 1);
        assertThatThrownBy(() -> Activations.reluInPlace(view))
                .hasMessageContaining("a view of a leaf Variable that requires grad");
        try (GradMode.Scope scope = GradMode.noGrad()) {
            assertThat(Activations.reluInPlace(x)).isSameAs(x);
        }
        assertThat(x.version()).isEqualTo(1);
    }

    @Test
    void aViewMadeUnderNoGradMayNotBeWrittenWhileRecording() {
        Tensor base = doubled(parameter(1, 2));
        Tensor view;
        try (GradMode.Scope scope = GradMode.noGrad()) {
            view = Slices.narrow(base, 0, 0, 1);
        }
        Tensor factor = parameter(3);
        assertThatThrownBy(() -> Arithmetic.multiplyInPlace(view, factor)).hasMessageContaining("noGrad mode");
    }

    @Test
    void aViewOfALeafUnderNoGradRequiresNoGradient() {
        try (GradMode.Scope scope = GradMode.noGrad()) {
            assertThat(Slices.narrow(parameter(1, 2), 0, 0, 1).requiresGrad()).isFalse();
        }
    }

    @Test
    void whatWasSavedDecidesWhetherAWriteIsNoticed() {
        Tensor x = parameter(1, 2);
        Tensor saved = Activations.reluInPlace(doubled(x));
        Arithmetic.addInPlace(saved, Tensor.scalar(DType.FLOAT64, 1));
        assertThatThrownBy(() -> backward(saved))
                .hasMessageContaining("modified by an inplace operation")
                .hasMessageContaining("output 0 of relu, is at version 2; expected version 1");

        Tensor unsaved = Arithmetic.multiplyInPlace(Arithmetic.add(x, 1), Tensor.scalar(DType.FLOAT64, 2));
        backward(unsaved);
        assertThat(grad(x)).containsExactly(2, 2);

        Tensor square = doubled(x);
        Arithmetic.multiplyInPlace(square, square);
        assertThatThrownBy(() -> backward(square)).hasMessageContaining("modified by an inplace operation");
    }

    @Test
    void detachedTensorsAndViewsShareTheVersion() {
        Tensor x = parameter(1, 2);
        Tensor y = Functions.exp(x);
        Arithmetic.addInPlace(Autograd.detach(y), Tensor.scalar(DType.FLOAT64, 1));
        assertThatThrownBy(() -> backward(y)).hasMessageContaining("output 0 of exp, is at version 1");
        assertThat(Slices.narrow(y, 0, 0, 1).version()).isEqualTo(1);
    }

    @Test
    void aRetainedGraphNoticesThatAWeightWasUpdated() {
        Tensor weight = parameter(1, 2);
        Tensor other = parameter(3, 4);
        Tensor loss = Reductions.sum(Arithmetic.multiply(weight, other));
        Autograd.backward(loss, Autograd.SavedTensors.RETAIN);
        try (GradMode.Scope scope = GradMode.noGrad()) {
            Arithmetic.addInPlace(weight, weight.grad());
        }
        assertThatThrownBy(() -> Autograd.backward(loss)).hasMessageContaining("modified by an inplace operation");
    }

    @Test
    void aHookStaysWithTheNodeItWasRegisteredAt() {
        Tensor x = parameter(1);
        Tensor y = doubled(x);
        double[] seen = new double[2];
        Hooks.onGradient(y, gradient -> {
            seen[0] = gradient.item();
            return gradient;
        });
        Arithmetic.multiplyInPlace(y, Tensor.scalar(DType.FLOAT64, 5));
        Hooks.onGradient(y, gradient -> {
            seen[1] = gradient.item();
            return gradient;
        });
        backward(y);
        assertThat(seen).containsExactly(5, 1);
    }

    @Test
    void overlappingTargetsAreRefusedWithTheRemedy() {
        Tensor expanded = Views.expand(Tensor.zeros(DType.FLOAT64, Shape.of(3)), 2, 3);
        Tensor windows =
                StridedViews.asStrided(Tensor.zeros(DType.FLOAT64, Shape.of(4)), Shape.of(3, 2), new long[] {1, 1}, 0);
        for (Tensor target : new Tensor[] {expanded, windows}) {
            assertThatThrownBy(() -> Arithmetic.addInPlace(target, Tensor.scalar(DType.FLOAT64, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unsupported operation: more than one element of the written-to tensor refers"
                            + " to a single memory location")
                    .hasMessageContaining("clone()");
        }
        Arithmetic.addInPlace(Slices.narrow(expanded, 0, 0, 1), Tensor.scalar(DType.FLOAT64, 1));
        assertThat(expanded.toDoubles()).containsExactly(1, 1, 1, 1, 1, 1);
        assertThatThrownBy(
                        () -> Arithmetic.addInPlace(Slices.narrow(expanded, 1, 0, 1), Tensor.scalar(DType.FLOAT64, 1)))
                .hasMessageContaining("more than one element");
    }

    @Test
    void aSourceThatPartlyIsTheTargetIsRefused() {
        Tensor memory = Tensor.of(new double[] {1, 2, 3, 4}, 4);
        Tensor target = Slices.narrow(memory, 0, 1, 3);
        assertThatThrownBy(() -> Arithmetic.addInPlace(target, Slices.narrow(memory, 0, 0, 3)))
                .hasMessageContaining("some elements of the input tensor and the written-to tensor refer");
        assertThat(Arithmetic.addInPlace(target, target).toDoubles()).containsExactly(4, 6, 8);
    }

    @Test
    void resultsMustFitTheTarget() {
        Tensor row = Tensor.zeros(DType.FLOAT64, Shape.of(3));
        assertThatThrownBy(() -> Arithmetic.addInPlace(row, Tensor.zeros(DType.FLOAT64, Shape.of(2, 3))))
                .hasMessageContaining("output with shape [3] doesn't match the broadcast shape [2, 3]");
        Tensor integers = Tensor.zeros(DType.INT64, Shape.of(3));
        assertThatThrownBy(() -> Arithmetic.addInPlace(integers, row))
                .hasMessageContaining("result type float64 can't be cast to the desired output type int64");
    }

    @Test
    void viewsCannotBeDetachedInPlace() {
        Tensor base = doubled(parameter(1, 2));
        Tensor view = Slices.narrow(base, 0, 0, 1);
        assertThatThrownBy(() -> Autograd.detachInPlace(view))
                .hasMessageContaining("views cannot be detached in place");
        assertThat(Autograd.detachInPlace(base).requiresGrad()).isFalse();
    }
}
