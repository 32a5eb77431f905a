// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import io.howdah.trainer.tensor.VectorModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every row of {@link UpdateRules}; their numbers are checked by {@code OptimiserGoldenTest}. */
class UpdateRulesTest {
    private static final KeyTable KEYS = new KeyTable(OptimiserKeys.ALL);

    /** Large enough for several blocks of a sum, in odd sizes. */
    private static final List<Shape> SHAPES = List.of(
            Shape.of(300, 131), Shape.of(3, 70, 33), Shape.of(20001), Shape.of(5, 1), Shape.of(), Shape.of(0, 4));

    static List<String> names() {
        return UpdateRules.names();
    }

    private static UpdateRule rule(String name) {
        return UpdateRules.named(
                name,
                Config.parse(KEYS, Map.of("howdah.optimiser.momentum", "0.9", "howdah.optimiser.initial.sum", "0.25")));
    }

    private static float[] random(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextInt(20) == 0 ? 0 : (float) random.nextGaussian();
        }
        return values;
    }

    /** One step of a whole tensor cut at random places, each slice in arrays of its own. */
    private static void step(
            UpdateRule rule, Shape shape, float[] weights, float[][] state, float[] gradient, Cuts cuts) {
        UpdateRule.Step step = new UpdateRule.Step(cuts.count, 0.05, 0.1);
        List<TensorSlices.Slice> slices = new ArrayList<>();
        for (int from = 0; from < weights.length; ) {
            int to = Math.min(weights.length, from + 1 + cuts.random.nextInt(cuts.longest));
            int before = cuts.random.nextInt(5);
            float[] piece = new float[before + to - from + cuts.random.nextInt(5)];
            float[] pieceGradient = piece.clone();
            System.arraycopy(weights, from, piece, before, to - from);
            System.arraycopy(gradient, from, pieceGradient, before, to - from);
            slices.add(new TensorSlices.Slice(piece, pieceGradient, before, before + to - from));
            from = to;
        }
        if (rule instanceof TensorRule whole) {
            whole.update(new TensorSlices(shape, slices), state, step);
        }
        int element = 0;
        for (TensorSlices.Slice slice : slices) {
            if (rule instanceof ElementwiseRule single) {
                float[][] pieces = new float[state.length][slice.weights().length];
                for (int i = 0; i < state.length; i++) {
                    System.arraycopy(state[i], element, pieces[i], slice.from(), slice.to() - slice.from());
                }
                single.update(slice.weights(), pieces, slice.gradient(), slice.from(), slice.to(), step);
                for (int i = 0; i < state.length; i++) {
                    System.arraycopy(pieces[i], slice.from(), state[i], element, slice.to() - slice.from());
                }
            }
            System.arraycopy(slice.weights(), slice.from(), weights, element, slice.to() - slice.from());
            element += slice.to() - slice.from();
        }
    }

    private record Cuts(Random random, int longest, int count) {}

    private static float[][] state(UpdateRule rule, Shape shape) {
        int elements = (int) shape.elements();
        float[][] state = new float[rule.stateNames().size()][elements];
        for (int i = 0; i < state.length; i++) {
            if (rule instanceof TensorRule whole) {
                state[i] = new float[whole.stateSizes(shape)[i]];
            }
            Arrays.fill(state[i], rule.initialState(i));
        }
        return state;
    }

    /** Weights and gradient in the memory of tensors, behind a gap that must stay as it is. */
    private static Tensor behind(int gap, float[] values) {
        float[] all = new float[gap + values.length];
        System.arraycopy(values, 0, all, gap, values.length);
        return Tensor.of(all, all.length);
    }

    @ParameterizedTest
    @MethodSource("names")
    void givesTheSameBitsInPlace(String name) {
        boolean fast = false;
        for (int length : new int[] {1, 15, 31, 64, 2 * 2048 + 77}) {
            Random numbers = new Random(length);
            UpdateRule rule = rule(name);
            int gap = numbers.nextInt(40);
            int from = numbers.nextInt(Math.min(length, 20));
            float[] weights = random(numbers, length);
            float[][] state = state(rule, Shape.of(length));
            float[][] placedState = state(rule, Shape.of(length));
            Tensor placed = behind(gap, weights);
            for (int count = 1; count <= 3 && rule instanceof ElementwiseRule; count++) {
                ElementwiseRule single = (ElementwiseRule) rule;
                float[] gradient = random(numbers, length);
                UpdateRule.Step step = new UpdateRule.Step(count, 0.05, 0.1);
                Tensor placedGradient = behind(gap, gradient);
                ElementwiseRule.Place place =
                        new ElementwiseRule.Place(placed.buffer(), placedGradient.buffer(), Float.BYTES * gap);
                fast = single.updateInPlace(place, placedState, from, length, step);
                if (fast) {
                    single.update(weights, state, gradient, from, length, step);
                }
            }
            assertThat(placed.toFloats())
                    .as("%s elements", length)
                    .isEqualTo(behind(gap, weights).toFloats());
            assertThat(placedState).as("%s elements", length).isDeepEqualTo(state);
        }
        assertThat(fast)
                .isEqualTo(VectorModule.isPresent() && Set.of("adam", "adamw").contains(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void cutsDoNotMatter(String name) {
        UpdateRule rule = rule(name);
        for (Shape shape : SHAPES) {
            List<float[]> results = new ArrayList<>();
            List<float[][]> states = new ArrayList<>();
            for (int longest : new int[] {1 << 20, 70, 5000}) {
                Random numbers = new Random(3);
                float[] weights = random(numbers, (int) shape.elements());
                float[][] state = state(rule, shape);
                for (int count = 1; count <= 3; count++) {
                    float[] gradient = random(numbers, weights.length);
                    step(rule, shape, weights, state, gradient, new Cuts(new Random(longest + count), longest, count));
                }
                results.add(weights);
                states.add(state);
            }
            for (int i = 1; i < results.size(); i++) {
                assertThat(results.get(i)).as("%s %s weights", name, shape).isEqualTo(results.get(0));
                assertThat(states.get(i)).as("%s %s state", name, shape).isDeepEqualTo(states.get(0));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void movesWeightsAgainstTheGradient(String name) {
        UpdateRule rule = rule(name);
        float[] weights = {0.5f, -0.5f};
        step(rule, Shape.of(2), weights, state(rule, Shape.of(2)), new float[] {2, -2}, new Cuts(new Random(1), 2, 1));
        assertThat(weights[0]).as(name).isLessThan(0.5f);
        assertThat(weights[1]).as(name).isGreaterThan(-0.5f);
    }

    @ParameterizedTest
    @MethodSource("names")
    void stateHasDistinctNamesAndFitsTheTensor(String name) {
        UpdateRule rule = rule(name);
        assertThat(rule.stateNames()).doesNotHaveDuplicates().allMatch(state -> state.matches("[a-z_]+"));
        assertThat(rule.stateNames()).doesNotContain("step", "master", "weights");
        if (rule instanceof TensorRule whole) {
            for (Shape shape : SHAPES) {
                assertThat(whole.stateSizes(shape))
                        .hasSameSizeAs(rule.stateNames().toArray());
                for (int size : whole.stateSizes(shape)) {
                    assertThat(size).as("%s %s", name, shape).isBetween(0, (int) shape.elements());
                }
            }
        }
    }

    @Test
    void theKeyAllowsEveryName() {
        assertThat(OptimiserKeys.NAME.range()).isEqualTo("one of " + String.join(", ", UpdateRules.names()));
    }

    @Test
    void unknownNameListsTheKnownOnes() {
        assertThatThrownBy(() -> UpdateRules.named("adamax", Config.parse(KEYS, Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name=adamax")
                .hasMessageContaining("adam, adamw, ftrl, lamb");
    }

    @Test
    void tensorRulesWantAllSlices() {
        assertThatThrownBy(() -> new TensorSlices(
                        Shape.of(3), List.of(new TensorSlices.Slice(new float[2], new float[2], 0, 2))))
                .hasMessageContaining("elements=2, expected 3");
    }

    @Test
    void numbersOutOfRangeAreNamed() {
        assertRefused(() -> new AdamW(1, 0.9, 0), "AdamW: beta1=1.0, expected at least 0 and below 1");
        assertRefused(() -> new Adam(0.9, -0.1, 0, Adam.Denominator.CURRENT), "Adam: beta2=-0.1");
        assertRefused(() -> new AdamW(0.9, 0.9, -1e-8), "epsilon=-1.0E-8, expected at least 0");
        assertRefused(() -> new Sgd(-0.5), "SGD: momentum=-0.5");
        assertRefused(
                () -> new Sgd(0, 0, Sgd.Lookahead.NESTEROV), "expected a momentum and zero dampening for Nesterov");
        assertRefused(() -> new Sgd(0.9, 0.5, Sgd.Lookahead.NESTEROV), "dampening=0.5");
        assertRefused(() -> new Adagrad(-1, 0, 0), "rateDecay=-1.0");
        assertRefused(() -> new RmsProp(0.9, Double.NaN, 0, RmsProp.Centring.NONE), "epsilon=NaN");
        assertRefused(() -> new Lamb(0.9, 1, 0), "LAMB: beta2=1.0");
        assertRefused(() -> new Adafactor(0.1, 0, 0, 1), "exponent=0.1, expected at most 0");
        assertRefused(() -> new Adafactor(-0.8, 0, 0, 0.5), "clip=0.5, expected at least 1");
        assertRefused(() -> new Ftrl(-1, 0, 1), "FTRL: l1=-1.0");
        assertRefused(() -> new SparseAdam(0.9, 0.9, 0), "epsilon=0.0, expected above 0");
        assertRefused(() -> new RowwiseAdagrad(-1, 0), "initialSum=-1.0");
        assertRefused(() -> LearningRate.constant(-1), "learning rate: base=-1.0");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void ftrlMakesWeightsExactlyZero() {
        Ftrl rule = new Ftrl(1, 0, 1);
        float[] weights = {0, 0};
        rule.update(weights, new float[2][2], new float[] {0.5f, 2}, 0, 2, new UpdateRule.Step(1, 0.1, 0));
        assertThat(weights[0]).isZero();
        assertThat(weights[1]).isNegative();
    }

    @Test
    void untouchedRowsStayAsTheyAre() {
        for (RowRule rule : List.of(new SparseAdam(0.9, 0.9, 1e-8), new RowwiseAdagrad(0, 1e-8))) {
            float[] weights = {1, 2, 3, 4};
            float[][] state = state(rule, Shape.of(2, 2));
            for (int count = 1; count <= 2; count++) {
                float[] gradient = count == 1 ? new float[] {1, 1, 0, 1} : new float[] {0, 0, 1, 0};
                float first = weights[0];
                step(rule, Shape.of(2, 2), weights, state, gradient, new Cuts(new Random(1), 3, count));
                assertThat(weights[0] == first).isEqualTo(count == 2);
                assertThat(weights[3]).isLessThan(4);
            }
        }
    }
}
