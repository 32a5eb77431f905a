// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LocalOptimiserTest {
    /** More than a chunk, and not a multiple of one. */
    private static final int LARGE = 3 * MasterWeights.CHUNK + 17;

    static List<String> names() {
        return UpdateRules.names();
    }

    private static UpdateRule rule(String name) {
        return UpdateRules.named(
                name, Config.parse(new KeyTable(OptimiserKeys.ALL), Map.of("howdah.optimiser.momentum", "0.9")));
    }

    private static float[] random(long seed, int length) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Map<String, Tensor> parameters(DType dtype) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("large", parameter(dtype, random(1, LARGE), LARGE));
        parameters.put("matrix", parameter(dtype, random(2, 35), 7, 5));
        parameters.put("scalar", parameter(dtype, random(3, 1)));
        return parameters;
    }

    private static Tensor parameter(DType dtype, float[] values, long... sizes) {
        Tensor values32 = Tensor.of(values, sizes);
        if (dtype == DType.FLOAT32) {
            return Autograd.parameter(values32);
        }
        Tensor converted = Casts.to(values32, dtype);
        values32.close();
        return Autograd.parameter(converted);
    }

    private static void setGradients(Map<String, Tensor> parameters, long seed) {
        int index = 0;
        for (Tensor parameter : parameters.values()) {
            float[] values = random(100 * seed + index++, (int) parameter.elements());
            try (Tensor gradient = Tensor.of(values, parameter.shape().sizes())) {
                Tensor own = Tensor.empty(parameter.dtype(), parameter.shape());
                io.howdah.trainer.kernel.Backends.current().convert(gradient, own);
                Gradients.clear(parameter);
                Gradients.set(parameter, own);
            }
        }
    }

    private static LocalOptimiser optimiser(UpdateRule rule, Map<String, Tensor> parameters) {
        return LocalOptimiser.of(rule, parameters, LearningRate.constant(0.05), 0.1);
    }

    private static Map<String, float[]> values(Map<String, Tensor> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> values.put(name, tensor.toFloats()));
        return values;
    }

    private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
    }

    private static void close(Map<String, Tensor> tensors) {
        tensors.values().forEach(Tensor::close);
    }

    private static void closeParameters(Map<String, Tensor> parameters) {
        parameters.values().forEach(Gradients::clear);
        close(parameters);
    }

    @ParameterizedTest
    @MethodSource("names")
    void resumedStateGivesTheSameBits(String name) {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            Map<String, Tensor> parameters = parameters(dtype);
            LocalOptimiser optimiser = optimiser(rule(name), parameters);
            step(optimiser, parameters, 1, 2);
            Map<String, Tensor> state = optimiser.stateDict();
            Map<String, Tensor> copies = new LinkedHashMap<>();
            parameters.forEach((key, parameter) -> {
                Tensor copy = Tensor.empty(dtype, parameter.shape());
                io.howdah.trainer.kernel.Backends.current().convert(parameter, copy);
                copies.put(key, Autograd.parameter(copy));
            });
            LocalOptimiser resumed = optimiser(rule(name), copies);
            resumed.loadStateDict(state);
            assertThat(resumed.steps()).isEqualTo(2);
            step(optimiser, parameters, 3, 4);
            step(resumed, copies, 3, 4);
            assertSame(values(copies), values(parameters));
            Map<String, Tensor> first = optimiser.stateDict();
            Map<String, Tensor> second = resumed.stateDict();
            assertSame(values(second), values(first));
            List.of(state, first, second).forEach(LocalOptimiserTest::close);
            closeParameters(parameters);
            closeParameters(copies);
        }
    }

    private static void step(LocalOptimiser optimiser, Map<String, Tensor> parameters, long from, long to) {
        for (long seed = from; seed <= to; seed++) {
            setGradients(parameters, seed);
            optimiser.step();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void lowPrecisionParametersHaveMastersInFloat32(DType dtype) {
        Map<String, Tensor> low = parameters(dtype);
        Map<String, Tensor> full = new LinkedHashMap<>();
        low.forEach((name, tensor) -> full.put(
                name,
                Autograd.parameter(Tensor.of(tensor.toFloats(), tensor.shape().sizes()))));
        LocalOptimiser lowOptimiser =
                LocalOptimiser.of(new AdamW(0.9, 0.99, 1e-8), low, LearningRate.constant(1e-4), 0);
        LocalOptimiser optimiser = LocalOptimiser.of(new AdamW(0.9, 0.99, 1e-8), full, LearningRate.constant(1e-4), 0);
        for (long seed = 1; seed <= 20; seed++) {
            setGradients(low, seed);
            full.forEach((name, tensor) -> {
                Gradients.clear(tensor);
                Gradients.set(
                        tensor,
                        Tensor.of(
                                low.get(name).grad().toFloats(), tensor.shape().sizes()));
            });
            lowOptimiser.step();
            optimiser.step();
        }
        Map<String, Tensor> state = lowOptimiser.stateDict();
        full.forEach((name, tensor) -> {
            assertThat(state.get(name + ".master").toFloats()).as(name).isEqualTo(tensor.toFloats());
            try (Tensor rounded = Casts.to(tensor.detached(), dtype)) {
                assertThat(low.get(name).toFloats()).as(name).isEqualTo(rounded.toFloats());
            }
        });
        close(state);
        closeParameters(low);
        closeParameters(full);
    }

    @Test
    void weightsWrittenByOthersBecomeTheMasters() {
        Tensor weight = parameter(DType.BFLOAT16, new float[] {1, 2}, 2);
        LocalOptimiser optimiser = LocalOptimiser.of(new Sgd(0), Map.of("w", weight), LearningRate.constant(1), 0);
        try (GradMode.Scope scope = GradMode.noGrad();
                StepScope temporary = StepScope.open()) {
            Arithmetic.addInPlace(weight, 10.0);
        }
        setGradients(Map.of("w", weight), 1);
        float[] gradient = weight.grad().toFloats();
        optimiser.step();
        Map<String, Tensor> state = optimiser.stateDict();
        assertThat(state.get("w.master").toFloats()).containsExactly(11 - gradient[0], 12 - gradient[1]);
        close(state);
        closeParameters(Map.of("w", weight));
    }

    @Test
    void groupsHaveTheirOwnRuleRateAndDecay() {
        Tensor a = parameter(DType.FLOAT32, new float[] {1}, 1);
        Tensor b = parameter(DType.FLOAT32, new float[] {1}, 1);
        LearningRate falling = new LearningRate(1, new StepSchedule(1, 0.5));
        LocalOptimiser optimiser = new LocalOptimiser(List.of(
                new ParameterGroup(new Sgd(0), Map.of("a", a), falling, 0),
                new ParameterGroup(new Adagrad(0, 0, 0), Map.of("b", b), LearningRate.constant(0.25), 0)));
        assertThat(optimiser.parameters()).containsExactly(a, b);
        for (float expected : new float[] {0, -0.5f}) {
            Gradients.set(a, Tensor.of(new float[] {1}, 1));
            Gradients.set(b, Tensor.of(new float[] {2}, 1));
            optimiser.step();
            optimiser.zeroGrad();
            assertThat(a.item()).isEqualTo(expected);
        }
        assertThat(b.item()).isCloseTo(1 - 0.25 - 0.25 / Math.sqrt(2), within(1e-6));
        optimiser.setRateFactor(0);
        Gradients.set(a, Tensor.of(new float[] {1}, 1));
        optimiser.step();
        assertThat(a.item()).isEqualTo(-0.5);
        closeParameters(Map.of("a", a, "b", b));
    }

    @Test
    void parametersWithoutGradientStayAndCountNoStep() {
        Map<String, Tensor> parameters = parameters(DType.FLOAT32);
        LocalOptimiser optimiser = optimiser(new AdamW(0.9, 0.999, 1e-8), parameters);
        setGradients(parameters, 1);
        Gradients.clear(parameters.get("matrix"));
        int version = parameters.get("large").version();
        int unmoved = parameters.get("matrix").version();
        optimiser.step();
        assertThat(parameters.get("large").version()).isGreaterThan(version);
        assertThat(parameters.get("matrix").version()).isEqualTo(unmoved);
        assertThat(parameters.get("matrix").toFloats()).isEqualTo(random(2, 35));
        Map<String, Tensor> state = optimiser.stateDict();
        assertThat(state.get("matrix.step").toLongs()).containsExactly(0);
        assertThat(state.get("large.step").toLongs()).containsExactly(1);
        assertThat(state.get("large.exp_avg").shape()).isEqualTo(Shape.of(LARGE));
        optimiser.zeroGrad();
        assertThat(parameters.values()).allMatch(parameter -> parameter.grad() == null);
        close(state);
        closeParameters(parameters);
    }

    @Test
    void aStepIsNoticedByASavedTensor() {
        Tensor weight = parameter(DType.FLOAT32, new float[] {2}, 1);
        LocalOptimiser optimiser = optimiser(new Sgd(0), Map.of("w", weight));
        try (StepScope scope = StepScope.open()) {
            Tensor loss = Reductions.sum(Arithmetic.multiply(weight, weight));
            Gradients.set(weight, Tensor.of(new float[] {1}, 1));
            optimiser.step();
            assertThatThrownBy(() -> Autograd.backward(loss)).hasMessageContaining("version");
        }
        closeParameters(Map.of("w", weight));
    }

    @Test
    void gradientsInAnyLayout() {
        Tensor weight = parameter(DType.FLOAT32, new float[6], 2, 3);
        try (StepScope scope = StepScope.open()) {
            Gradients.set(weight, Views.transpose(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), 0, 1));
            LocalOptimiser.of(new Sgd(0), Map.of("w", weight), LearningRate.constant(1), 0)
                    .step();
        }
        assertThat(weight.toFloats()).containsExactly(-1, -3, -5, -2, -4, -6);
        closeParameters(Map.of("w", weight));
    }

    @Test
    void sparseGradientsAreRefusedBeforeAnythingChanges() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("dense", parameter(DType.FLOAT32, new float[] {1, 2}, 2));
        parameters.put("table", parameter(DType.FLOAT32, new float[] {1, 2, 3, 4}, 2, 2));
        for (UpdateRule rule :
                List.of(new AdamW(0.9, 0.9, 1e-8), new Sgd(0.9), new Lamb(0.9, 0.9, 0), new Adagrad(0, 0, 0))) {
            Gradients.clear(parameters.get("dense"));
            Gradients.set(parameters.get("dense"), Tensor.of(new float[] {1, 1}, 2));
            sparseGradient(parameters.get("table"));
            LocalOptimiser optimiser = optimiser(rule, parameters);
            assertThatThrownBy(optimiser::step)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name=table has a sparse gradient")
                    .hasMessageContaining(rule.getClass().getSimpleName());
            assertThat(optimiser.steps()).isZero();
            assertThat(parameters.get("dense").toFloats()).containsExactly(1, 2);
            optimiser.zeroGrad();
            assertThat(Gradients.sparse(parameters.get("table"))).isNull();
        }
        closeParameters(parameters);
    }

    private static void sparseGradient(Tensor table) {
        try (StepScope scope = StepScope.open()) {
            Tensor ids = Tensor.of(new long[] {1, 1}, 2);
            Autograd.backward(
                    Reductions.sum(Lookup.embedding(table, ids, EmbeddingOptions.DEFAULT.withSparseGradient())));
        }
    }

    @Test
    void sparseRowsOfWideTablesCrossChunks() {
        int width = MasterWeights.CHUNK / 2 + 5;
        for (UpdateRule rule : List.of(new Adagrad(0, 0, 1e-8), new RowwiseAdagrad(0, 1e-8))) {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
                Tensor table = parameter(dtype, new float[4 * width], 4, width);
                LocalOptimiser optimiser = LocalOptimiser.of(rule, Map.of("table", table), LearningRate.constant(1), 0);
                sparseGradient(table);
                optimiser.step();
                float[] weights = table.toFloats();
                for (int i = 0; i < weights.length; i++) {
                    assertThat(weights[i]).as("%s %d", rule, i).isEqualTo(i / width == 1 ? -1f : 0f);
                }
                closeParameters(Map.of("table", table));
            }
        }
    }

    @Test
    void badParametersAreNamed() {
        Tensor weight = parameter(DType.FLOAT32, new float[4], 2, 2);
        Sgd rule = new Sgd(0);
        LearningRate rate = LearningRate.constant(0.1);
        assertRefused(() -> new LocalOptimiser(List.of()), "groups=[], expected at least one group");
        assertRefused(() -> new ParameterGroup(rule, Map.of(), rate, 0), "expected at least one parameter");
        assertRefused(() -> new ParameterGroup(rule, Map.of("w", weight), rate, -1), "weightDecay=-1.0");
        ParameterGroup group = new ParameterGroup(rule, Map.of("w", weight), rate, 0);
        assertRefused(() -> new LocalOptimiser(List.of(group, group)), "name=w appears twice");
        assertRefused(
                () -> new LocalOptimiser(List.of(group, new ParameterGroup(rule, Map.of("other", weight), rate, 0))),
                "name=other is listed twice, expected every parameter in one group");
        try (StepScope scope = StepScope.open()) {
            Tensor result = Arithmetic.multiply(weight, weight);
            assertRefused(() -> optimiser(rule, Map.of("r", result)), "can't optimize a non-leaf Tensor");
            Tensor wide = Tensor.zeros(DType.FLOAT64, Shape.of(2));
            assertRefused(() -> optimiser(rule, Map.of("d", wide)), "dtype=float64, expected float32, bfloat16");
            Tensor turned = Views.transpose(Tensor.zeros(DType.FLOAT32, Shape.of(2, 3)), 0, 1);
            assertRefused(() -> optimiser(rule, Map.of("t", turned)), "is not contiguous");
        }
        closeParameters(Map.of("w", weight));
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void loadingNamesEveryDifferenceAtOnce() {
        Map<String, Tensor> parameters = parameters(DType.FLOAT32);
        LocalOptimiser optimiser = optimiser(new AdamW(0.9, 0.999, 1e-8), parameters);
        Map<String, Tensor> state = optimiser.stateDict();
        state.put("other.exp_avg", Tensor.zeros(DType.FLOAT32, Shape.of(1)));
        state.remove("large.exp_avg").close();
        state.put("matrix.exp_avg_sq", Tensor.zeros(DType.FLOAT32, Shape.of(5, 7)));
        assertThatThrownBy(() -> optimiser.loadStateDict(state))
                .hasMessageContaining("missing: large.exp_avg [" + LARGE + "]")
                .hasMessageContaining("unexpected: other.exp_avg [1]")
                .hasMessageContaining(
                        "differs: matrix.exp_avg_sq is float32 [5, 7], expected contiguous float32 [7, 5]");
        close(state);
        closeParameters(parameters);
    }

    @Test
    void stepsLeaveNoTensorsBehind() {
        Map<String, Tensor> parameters = parameters(DType.FLOAT32);
        LocalOptimiser optimiser = optimiser(new SparseAdam(0.9, 0.999, 1e-8), parameters);
        step(optimiser, parameters, 1, 1);
        long used = Garbage.unreleasedBytes();
        step(optimiser, parameters, 2, 6);
        sparseGradient(parameters.get("matrix"));
        optimiser.step();
        optimiser.zeroGrad();
        setGradients(parameters, 1);
        assertThat(Garbage.unreleasedBytes()).isEqualTo(used);
        closeParameters(parameters);
    }
}
