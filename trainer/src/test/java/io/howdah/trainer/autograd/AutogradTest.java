// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd.SavedTensors;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The engine on hand-made nodes, without ops. */
class AutogradTest {
    /** y = factor · x, counting its runs. */
    private static final class Scale extends Node {
        private final List<String> log;
        private final @Nullable SavedTensor saved;

        Scale(String name, List<String> log, @Nullable SavedTensor saved, Tensor... inputs) {
            super(name, Arrays.stream(inputs).map(Autograd::edge).toArray(Edge[]::new));
            this.log = log;
            this.saved = saved;
        }

        @Override
        protected @Nullable Tensor[] backward(@Nullable Tensor[] gradOutputs) {
            log.add(name());
            Tensor gradient = gradOutputs[0];
            double factor = saved == null ? 1 : saved.unpack(this).item();
            @Nullable Tensor[] results = new @Nullable Tensor[inputCount()];
            for (int input = 0; input < results.length; input++) {
                float[] values = gradient.toFloats();
                for (int i = 0; i < values.length; i++) {
                    values[i] *= (float) factor;
                }
                results[input] = saved == null
                        ? gradient
                        : Tensor.of(values, gradient.shape().sizes());
            }
            return results;
        }

        @Override
        protected void releaseSaved() {
            if (saved != null) {
                saved.release();
            }
        }
    }

    private final List<String> log = new ArrayList<>();

    private static Tensor leaf(float... values) {
        return Autograd.parameter(Tensor.of(values, values.length));
    }

    private Tensor pass(String name, Tensor... inputs) {
        Tensor out = Tensor.of(
                new float[(int) inputs[0].elements()], inputs[0].shape().sizes());
        Autograd.setHistory(out, new Scale(name, log, null, inputs));
        return out;
    }

    private Tensor scaled(String name, Tensor factor, Tensor... inputs) {
        Tensor out = Tensor.of(
                new float[(int) inputs[0].elements()], inputs[0].shape().sizes());
        SavedTensor saved = SavedTensor.input(factor, factor.version(), null);
        Autograd.setHistory(out, new Scale(name, log, saved, inputs));
        return out;
    }

    private static float[] grad(Tensor leaf) {
        Tensor gradient = leaf.grad();
        assertThat(gradient).isNotNull();
        return gradient.toFloats();
    }

    @Test
    void addsTheGradientsOfAllPathsAndRunsLatestFirst() {
        Tensor x = leaf(5);
        Tensor a = pass("a", x);
        Tensor b = pass("b", a);
        Tensor c = pass("c", a);
        Tensor d = pass("d", b, c, x);

        Autograd.backward(d);

        assertThat(log).containsExactly("d", "c", "b", "a");
        assertThat(grad(x)).containsExactly(3);
    }

    @Test
    void addsToAnEarlierGradientInPlace() {
        Tensor x = leaf(5);
        Autograd.backward(pass("a", x));
        Tensor first = x.grad();
        Autograd.backward(pass("b", x));
        assertThat(x.grad()).isSameAs(first);
        assertThat(grad(x)).containsExactly(2);
        Gradients.clear(x);
        assertThat(x.grad()).isNull();
        assertThat(first.isReleased()).isTrue();
    }

    @Test
    void leavesNeverShareAGradientBuffer() {
        Tensor x = leaf(5);
        Tensor y = leaf(6);
        Autograd.backward(pass("sum", x, y));
        assertThat(x.grad().sharesStorage(y.grad())).isFalse();
    }

    @Test
    void aSeedStaysTheCallers() {
        Tensor x = leaf(5, 6);
        Tensor seed = Tensor.of(new float[] {1, 2}, 2);
        Autograd.backward(pass("a", x), seed, SavedTensors.FREE);
        assertThat(x.grad().sharesStorage(seed)).isFalse();
        assertThat(seed.toFloats()).containsExactly(1, 2);
        assertThat(grad(x)).containsExactly(1, 2);
    }

    @Test
    void convertsASeedOfAnotherDtype() {
        Tensor x = leaf(5, 6);
        Autograd.backward(pass("a", x), Tensor.of(new double[] {3, 4}, 2), SavedTensors.FREE);
        assertThat(grad(x)).containsExactly(3, 4);
    }

    @Test
    void refusesWhatHasNoHistory() {
        assertThatThrownBy(() -> Autograd.backward(Tensor.of(new float[] {1}, 1)))
                .hasMessageContaining("does not require grad and does not have a grad_fn");
        assertThatThrownBy(() -> Autograd.parameter(Tensor.of(new long[] {1}, 1)))
                .hasMessageContaining("only Tensors of floating point dtype can require gradients");
        assertThatThrownBy(() -> Hooks.onGradient(Tensor.of(new float[] {1}, 1), gradient -> gradient))
                .hasMessageContaining("doesn't require gradient");
    }

    @Test
    void refusesBadSeeds() {
        Tensor y = pass("a", leaf(5, 6));
        assertThatThrownBy(() -> Autograd.backward(y))
                .hasMessageContaining("grad can be implicitly created only for scalar outputs");
        assertThatThrownBy(() -> Autograd.backward(y, Tensor.of(new float[] {1}, 1), SavedTensors.FREE))
                .hasMessageContaining("Mismatch in shape");
    }

    @Test
    void aSecondBackwardNeedsRetainedTensors() {
        Tensor x = leaf(5);
        Tensor y = scaled("a", Tensor.of(new float[] {3}, 1), x);
        Tensor seed = Tensor.of(new float[] {1}, 1);
        Autograd.backward(y, seed, SavedTensors.RETAIN);
        Autograd.backward(y, seed, SavedTensors.FREE);
        assertThat(grad(x)).containsExactly(6);
        assertThatThrownBy(() -> Autograd.backward(y)).hasMessageContaining("through the graph a second time");
    }

    @Test
    void aGraphThatSavedNothingRunsTwice() {
        Tensor x = leaf(5);
        Tensor y = pass("a", x);
        Autograd.backward(y);
        Autograd.backward(y);
        assertThat(grad(x)).containsExactly(2);
    }

    @Test
    void noticesThatASavedTensorWasWritten() {
        Tensor factor = Tensor.of(new float[] {3}, 1);
        Tensor y = scaled("a", factor, leaf(5));
        factor.bumpVersion();
        assertThatThrownBy(() -> Autograd.backward(y))
                .hasMessageContaining(
                        "modified by an inplace operation: float32 [1], which is an input of a, is at version 1;"
                                + " expected version 0");
    }

    @Test
    void releasesInternalTensorsWithTheirNode() {
        Tensor internal = Tensor.of(new float[] {1}, 1);
        Tensor shared = Tensor.of(new float[] {1}, 1);
        SavedTensor.internal(internal).release();
        SavedTensor.input(shared, 0, null).release();
        assertThat(internal.isReleased()).isTrue();
        assertThat(shared.isReleased()).isFalse();
    }

    @Test
    void hooksSeeAndReplaceTheGradient() {
        Tensor x = leaf(5);
        Tensor a = pass("a", x);
        Tensor b = pass("b", a, a);
        List<Double> seen = new ArrayList<>();
        Hooks.onGradient(a, gradient -> {
            seen.add(gradient.item());
            return Tensor.of(new float[] {10}, 1);
        });
        Autograd.HookHandle removed = Hooks.onGradient(a, gradient -> {
            throw new AssertionError("removed");
        });
        removed.remove();
        Hooks.onAccumulated(x, leaf -> seen.add(leaf.grad().item()));

        Autograd.backward(b);

        assertThat(seen).containsExactly(2.0, 10.0);
    }

    @Test
    void refusesAHookThatChangesTheShape() {
        Tensor a = pass("a", leaf(5));
        Hooks.onGradient(a, gradient -> Tensor.of(new float[] {1, 2}, 2));
        assertThatThrownBy(() -> Autograd.backward(a)).hasMessageContaining("expected float32 [1]");
    }

    @Test
    void leafHooksRunAsSoonAsTheGradientIsThere() {
        Tensor x = leaf(1);
        Tensor y = leaf(1);
        Tensor a = pass("a", x);
        Tensor b = pass("b", a, y);
        Hooks.onAccumulated(y, leaf -> log.add("y"));
        Hooks.onAccumulated(x, leaf -> log.add("x"));
        Autograd.backward(b);
        assertThat(log).containsExactly("b", "y", "a", "x");
    }

    @Test
    void retainsTheGradientOfAResult() {
        Tensor a = pass("a", leaf(5));
        Gradients.retain(a);
        Autograd.backward(pass("b", a, a));
        assertThat(grad(a)).containsExactly(2);
    }

    @Test
    void gradTouchesNoLeaf() {
        Tensor x = leaf(5);
        Tensor y = leaf(6);
        Tensor a = pass("a", x);
        Tensor b = pass("b", pass("other", y), a, a);
        assertThat(Autograd.grad(b, List.of(a, x))).extracting(Tensor::item).containsExactly(2.0, 2.0);
        assertThat(x.grad()).isNull();
        assertThat(y.grad()).isNull();
        assertThat(log).doesNotContain("other");
        assertThatThrownBy(() -> Autograd.grad(pass("c", x), List.of(y)))
                .hasMessageContaining("appears to not have been used in the graph");
    }

    @Test
    void refusesWrongGradients() {
        Tensor x = leaf(1, 2, 3);
        Tensor wrongShape = Tensor.of(new float[2], 2);
        Autograd.setHistory(wrongShape, new Scale("wrong", log, null, x));
        assertThatThrownBy(() -> Autograd.backward(wrongShape, Tensor.of(new float[2], 2), SavedTensors.FREE))
                .hasMessageContaining("invalid gradient at index 0: got [2] but expected shape compatible with [3]");
    }

    @Test
    void sumsABroadcastGradientToSize() {
        Tensor x = leaf(1);
        Tensor wide = Tensor.of(new float[6], 2, 3);
        Autograd.setHistory(wide, new Scale("broadcast", log, null, x));
        Autograd.backward(wide, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3), SavedTensors.FREE);
        assertThat(grad(x)).containsExactly(21);
    }

    @Test
    void aDeepGraphNeedsNoDeepStack() {
        Tensor x = leaf(1);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = pass("deep", y);
        }
        Autograd.backward(y);
        assertThat(grad(x)).containsExactly(1);
    }

    @Test
    void freesGradientsOnTheirWay() {
        Tensor x = leaf(new float[1000]);
        Tensor factor = Tensor.of(new float[] {1}, 1);
        try (StepScope scope = StepScope.open()) {
            Tensor y = x;
            for (int i = 0; i < 50; i++) {
                y = scaled("s", factor, y, y);
            }
            Tensor seed = Tensor.zeros(DType.FLOAT32, Shape.of(1000));
            long before = Garbage.unreleasedBytes();
            Autograd.backward(y, seed, SavedTensors.FREE);
            assertThat(Garbage.unreleasedBytes() - before).isLessThan(6000);
        }
        assertThat(x.grad().isReleased()).isFalse();
    }

    @Test
    void noGradScopesNest() {
        assertThat(GradMode.isEnabled()).isTrue();
        try (GradMode.Scope outer = GradMode.noGrad()) {
            try (GradMode.Scope inner = GradMode.noGrad()) {
                assertThat(GradMode.isEnabled()).isFalse();
            }
            assertThat(GradMode.isEnabled()).isFalse();
        }
        assertThat(GradMode.isEnabled()).isTrue();
    }
}
