// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradScalerTest {
    private static final ScaleRule QUICK = new ScaleRule(2, 0.5f, 3);
    private static final Runnable NOTHING = () -> {};

    private final StepScope scope = StepScope.open();

    @AfterEach
    void release() {
        scope.close();
    }

    private static Tensor parameter(float... elements) {
        return Autograd.requireGrad(Tensor.of(elements, elements.length));
    }

    private static void setGradient(Tensor parameter, float value) {
        Gradients.clear(parameter);
        float[] elements = new float[Math.toIntExact(parameter.elements())];
        java.util.Arrays.fill(elements, value);
        Gradients.set(parameter, Tensor.of(elements, elements.length));
    }

    // The state machine, written out.

    private enum Stage {
        READY,
        UNSCALED,
        STEPPED
    }

    private enum Action {
        UNSCALE,
        STEP
    }

    private record Case(Stage stage, Action action) {}

    /** The next stage, or what the refusal says. */
    private static final Map<Case, Object> TABLE = Map.of(
            new Case(Stage.READY, Action.UNSCALE),
            Stage.UNSCALED,
            new Case(Stage.READY, Action.STEP),
            Stage.STEPPED,
            new Case(Stage.UNSCALED, Action.UNSCALE),
            "these gradients are unscaled already",
            new Case(Stage.UNSCALED, Action.STEP),
            Stage.STEPPED,
            new Case(Stage.STEPPED, Action.UNSCALE),
            "the optimiser has stepped",
            new Case(Stage.STEPPED, Action.STEP),
            "step has already been called since the last update");

    /** What the scaler must know of one list of parameters. */
    private static final class Model {
        private final List<Tensor> parameters = List.of(parameter(1, 2), parameter(3));
        private Stage stage = Stage.READY;
        private boolean finite = true;
        private boolean present;
        private int steps;
        private int expectedSteps;
    }

    @Test
    void randomCallsFollowTheTable() {
        long seed = 20;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 60; run++) {
            GradScaler scaler = GradScaler.of(1024, QUICK);
            List<Model> models = List.of(new Model(), new Model());
            LossScaler expected = new LossScaler(1024, 0, true);
            for (int call = 0; call < 80; call++) {
                Model model = models.get(random.nextInt(2));
                int choice = random.nextInt(6);
                if (choice == 0) {
                    expected = update(scaler, models, expected);
                } else if (choice < 3 && model.stage == Stage.READY) {
                    backward(model, scaler, random.nextInt(4) == 0);
                } else {
                    act(scaler, model, choice < 4 ? Action.UNSCALE : Action.STEP);
                }
                assertThat(scaler.state()).isEqualTo(expected);
                assertThat(model.steps).isEqualTo(model.expectedSteps);
            }
        }
    }

    private static void backward(Model model, GradScaler scaler, boolean overflow) {
        float[] odd = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};
        model.finite = !overflow;
        model.present = true;
        setGradient(model.parameters.get(0), 3 * scaler.scale());
        setGradient(model.parameters.get(1), overflow ? odd[model.steps % 3] : scaler.scale());
    }

    private static void act(GradScaler scaler, Model model, Action action) {
        Runnable call = action == Action.UNSCALE
                ? () -> scaler.unscale(model.parameters)
                : () -> assertThat(scaler.step(model.parameters, () -> model.steps++))
                        .isEqualTo(model.finite);
        Object outcome = Objects.requireNonNull(TABLE.get(new Case(model.stage, action)));
        if (outcome instanceof String refusal) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(refusal);
        } else if (action == Action.STEP && !model.present) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no gradient of 2 parameters was checked");
            model.stage = Stage.UNSCALED;
        } else {
            boolean divided = model.stage == Stage.READY && model.present;
            model.expectedSteps += action == Action.STEP && model.finite ? 1 : 0;
            call.run();
            model.stage = (Stage) outcome;
            if (divided) {
                assertThat(Objects.requireNonNull(model.parameters.get(0).grad())
                                .toFloats())
                        .containsExactly(3, 3);
            }
        }
    }

    private static LossScaler update(GradScaler scaler, List<Model> models, LossScaler before) {
        boolean checked = models.stream().anyMatch(model -> model.stage != Stage.READY && model.present);
        if (!checked) {
            assertThatThrownBy(scaler::update)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no gradient was checked since the last update");
            return before;
        }
        boolean finite =
                models.stream().allMatch(model -> model.stage == Stage.READY || !model.present || model.finite);
        scaler.update();
        for (Model model : models) {
            if (model.stage != Stage.READY) {
                model.parameters.forEach(Gradients::clear);
                model.present = false;
                model.finite = true;
            } else if (model.present) {
                // Of the scale from before: the next backward would begin anew.
                model.parameters.forEach(Gradients::clear);
                model.present = false;
                model.finite = true;
            }
            model.stage = Stage.READY;
        }
        if (!finite) {
            return new LossScaler(Math.max(Float.MIN_NORMAL, before.scale() / 2), 0, true);
        }
        return before.finiteSteps() == 2
                ? new LossScaler(before.scale() * 2, 0, true)
                : new LossScaler(before.scale(), before.finiteSteps() + 1, true);
    }

    @Test
    void beginsAsPyTorchDoes() {
        assertThat(GradScaler.of(DType.FLOAT16).state()).isEqualTo(new LossScaler(65536, 0, true));
        assertThat(ScaleRule.STANDARD).isEqualTo(new ScaleRule(2, 0.5f, 2000));
    }

    @Test
    void scaleGrowsOnlyWhileItStaysFinite() {
        GradScaler scaler = GradScaler.of(0x1p127f, new ScaleRule(2, 0.5f, 1));
        Tensor weight = parameter(1);
        setGradient(weight, 1);
        scaler.step(List.of(weight), NOTHING);
        scaler.update();
        assertThat(scaler.state()).isEqualTo(new LossScaler(0x1p127f, 0, true));
    }

    @Test
    void stepsWithInfiniteGradientsAreLeftOut() {
        GradScaler scaler = GradScaler.of(DType.FLOAT16);
        Tensor weight = parameter(1, 2);
        Gradients.set(weight, Tensor.of(new float[] {1, Float.POSITIVE_INFINITY}, 2));
        assertThat(scaler.step(List.of(weight), () -> Arithmetic.addInPlace(weight.detached(), 1)))
                .isFalse();
        assertThat(weight.toFloats()).containsExactly(1, 2);
        scaler.update();
        assertThat(scaler.scale()).isEqualTo(32768);
    }

    @Test
    void sparseGradientsAreCheckedAndDivided() {
        Tensor table = Autograd.requireGrad(Tensor.zeros(DType.FLOAT32, Shape.of(4, 2)));
        Tensor ids = Tensor.of(new long[] {1, 3, 1}, 3);
        GradScaler scaler = GradScaler.of(DType.FLOAT16);
        Tensor loss = Reductions.sum(Lookup.embedding(table, ids, EmbeddingOptions.DEFAULT.withSparseGradient()));
        Autograd.backward(scaler.scale(loss));
        scaler.unscale(List.of(table));
        SparseRows rows = Objects.requireNonNull(Gradients.sparse(table));
        assertThat(rows.values().toFloats()).containsOnly(1);
        assertThat(rows.toDense().toFloats()).containsExactly(0, 0, 2, 2, 0, 0, 1, 1);
        Gradients.clear(table);
    }

    @Test
    void float16GradientsAreRefusedBeforeAnythingIsChanged() {
        Tensor first = parameter(1);
        setGradient(first, 8);
        Tensor half = Autograd.requireGrad(Tensor.zeros(DType.FLOAT16, Shape.of(1)));
        Gradients.set(half, Tensor.zeros(DType.FLOAT16, Shape.of(1)));
        GradScaler scaler = GradScaler.of(DType.FLOAT16);
        assertThatThrownBy(() -> scaler.unscale(List.of(first, half)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is float16, expected float32 gradients");
        assertThat(Objects.requireNonNull(first.grad()).toFloats()).containsExactly(8);
        scaler.unscale(List.of(first));
    }

    @Test
    void aStepOnOtherParametersThanWereUnscaledIsRefused() {
        Tensor first = parameter(1);
        Tensor second = parameter(2);
        setGradient(first, 1);
        setGradient(second, 1);
        GradScaler scaler = GradScaler.of(DType.FLOAT16);
        scaler.unscale(List.of(first));
        assertThatThrownBy(() -> scaler.step(List.of(first, second), NOTHING))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pass the same list");
        assertThatThrownBy(() -> scaler.step(List.of(), NOTHING)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stateGoesOnInAnotherScaler() {
        GradScaler scaler = GradScaler.of(DType.FLOAT16);
        Tensor weight = parameter(1);
        setGradient(weight, 1);
        scaler.step(List.of(weight), NOTHING);
        scaler.update();
        GradScaler other = GradScaler.of(DType.FLOAT16);
        other.load(scaler.state());
        assertThat(other.state()).isEqualTo(new LossScaler(65536, 1, true));
        other.update(8);
        assertThat(other.state()).isEqualTo(new LossScaler(8, 1, true));
        assertThatThrownBy(() -> other.update(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void otherDtypesAreNeitherScaledNorChecked() {
        GradScaler scaler = GradScaler.of(DType.BFLOAT16);
        Tensor loss = parameter(1);
        assertThat(scaler.scale(loss)).isSameAs(loss);
        int[] steps = {0};
        assertThat(scaler.step(List.of(), () -> steps[0]++)).isTrue();
        scaler.update();
        assertThat(steps).containsExactly(1);
        assertThat(scaler.scale()).isEqualTo(1);
    }

    @Test
    void scalingRescuesGradientsThatVanishInFloat16() {
        Tensor weight = Autograd.requireGrad(Tensor.of(new float[] {0.5f, -0.25f}, 1, 2));
        assertThat(tinyGradient(weight, GradScaler.of(DType.FLOAT32))).containsOnly(0);
        assertThat(tinyGradient(weight, GradScaler.of(DType.FLOAT16))).containsExactly(0x1p-26f, 0x1p-27f);
    }

    /** Of a loss whose gradient in float16 lies below the least number of that format. */
    private static float[] tinyGradient(Tensor weight, GradScaler scaler) {
        Gradients.clear(weight);
        Tensor loss;
        try (Autocast.Scope precision = Autocast.float16()) {
            Tensor y = Matrices.linear(Tensor.of(new float[] {1, 0.5f}, 1, 2), weight, null);
            loss = Arithmetic.multiply(
                    Reductions.sum(Arithmetic.multiply(y, Tensor.of(new float[] {0x1p-26f}, 1, 1))), 1);
        }
        Autograd.backward(scaler.scale(loss));
        scaler.unscale(List.of(weight));
        return Objects.requireNonNull(weight.grad()).toFloats();
    }
}
