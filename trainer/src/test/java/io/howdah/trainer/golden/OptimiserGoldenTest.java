// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.optim.Better;
import io.howdah.trainer.optim.GradientClipping;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.optim.Plateau;
import io.howdah.trainer.optim.Schedules;
import io.howdah.trainer.optim.UpdateRules;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Optimisers, schedules and clipping against what {@code scripts/golden/dump_optimisers.py} recorded. */
class OptimiserGoldenTest {
    private static final GoldenFolder FOLDER = folder();
    private static final KeyTable KEYS = new KeyTable(OptimiserKeys.ALL);

    private static GoldenFolder folder() {
        try {
            return GoldenFolder.ofResources("golden/optimisers");
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Stream<JsonNode> cases(String kind) {
        return FOLDER.cases().stream().filter(node -> node.path("kind").asText().equals(kind));
    }

    static Stream<JsonNode> dense() {
        return cases("dense");
    }

    static Stream<JsonNode> sparse() {
        return cases("sparse");
    }

    static Stream<JsonNode> schedules() {
        return cases("schedule");
    }

    static Stream<JsonNode> plateaus() {
        return cases("plateau");
    }

    static Stream<JsonNode> norms() {
        return cases("norm");
    }

    private static float[] floats(String name) {
        try (Tensor tensor = FOLDER.storage(name, DType.FLOAT32)) {
            return tensor.toFloats();
        }
    }

    private static Config config(JsonNode node, String prefix) {
        Map<String, String> settings = new HashMap<>();
        node.path("options")
                .fields()
                .forEachRemaining(option ->
                        settings.put(prefix + option.getKey(), option.getValue().asText()));
        if (node.has("warmup")) {
            settings.put("howdah.optimiser.warmup.steps", node.path("warmup").asText());
            settings.put("howdah.optimiser.schedule", node.path("name").asText());
        }
        return Config.parse(KEYS, settings);
    }

    /** Parameters of the case's shapes, whose elements lie one after the other in {@code values}. */
    private static Map<String, Tensor> parameters(JsonNode node, float[] values) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        int start = 0;
        for (JsonNode sizes : node.path("shapes")) {
            long[] shape = new long[sizes.size()];
            Arrays.setAll(shape, i -> sizes.path(i).asLong());
            int length = (int) Shape.of(shape).elements();
            Tensor tensor = Tensor.of(Arrays.copyOfRange(values, start, start + length), shape);
            parameters.put("p" + parameters.size(), Autograd.parameter(tensor));
            start += length;
        }
        return parameters;
    }

    private static void setGradients(Iterable<Tensor> parameters, float[] gradients, int start) {
        int next = start;
        for (Tensor parameter : parameters) {
            int length = (int) parameter.elements();
            Gradients.clear(parameter);
            Gradients.set(
                    parameter,
                    Tensor.of(
                            Arrays.copyOfRange(gradients, next, next + length),
                            parameter.shape().sizes()));
            next += length;
        }
    }

    private static float[] joined(Iterable<Tensor> tensors) {
        List<Float> all = new ArrayList<>();
        for (Tensor tensor : tensors) {
            for (float value : tensor.toFloats()) {
                all.add(value);
            }
        }
        float[] values = new float[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i);
        }
        return values;
    }

    private static LocalOptimiser optimiser(JsonNode node, Map<String, Tensor> parameters) {
        return LocalOptimiser.of(
                UpdateRules.named(node.path("name").asText(), config(node, "howdah.optimiser.")),
                parameters,
                LearningRate.constant(node.path("rate").asDouble()),
                node.path("decay").asDouble());
    }

    private static void assertClose(float[] actual, float[] expected, int start, String description) {
        for (int i = 0; i < actual.length; i++) {
            float wanted = expected[start + i];
            assertThat(actual[i]).as("%s, element %d", description, i).isCloseTo(wanted, offset(tolerance(wanted)));
        }
    }

    /** Twenty steps in float32, each rounded differently from PyTorch's. */
    private static float tolerance(float expected) {
        return 3e-6f * Math.max(1, Math.abs(expected));
    }

    private void follow(JsonNode node, Map<String, Tensor> parameters, GradientOf gradientOf) {
        LocalOptimiser optimiser = optimiser(node, parameters);
        float[] expected = floats(node.path("weights").asText());
        List<Integer> kept = new ArrayList<>();
        node.path("kept").forEach(step -> kept.add(step.asInt()));
        for (int step = 1; step <= kept.get(kept.size() - 1); step++) {
            gradientOf.set(step - 1);
            optimiser.step();
            optimiser.zeroGrad();
            int index = kept.indexOf(step);
            if (index >= 0) {
                float[] actual = joined(parameters.values());
                assertClose(actual, expected, index * actual.length, node + ", step " + step);
            }
        }
        parameters.values().forEach(Tensor::close);
    }

    private interface GradientOf {
        void set(int step);
    }

    @ParameterizedTest
    @MethodSource("dense")
    void rulesFollowTheirReference(JsonNode node) {
        float[] initial = floats("dense.initial");
        float[] gradients = floats("dense.gradients");
        Map<String, Tensor> parameters =
                parameters(node, node.path("zero").asBoolean() ? new float[initial.length] : initial);
        follow(node, parameters, step -> setGradients(parameters.values(), gradients, step * initial.length));
    }

    @ParameterizedTest
    @MethodSource("sparse")
    void rulesFollowTheirReferenceOnSparseRows(JsonNode node) {
        float[] initial = floats("sparse.initial");
        float[] values = floats("sparse.values");
        long[] rows = FOLDER.storage("sparse.rows", DType.INT64).toLongs();
        Map<String, Tensor> parameters =
                parameters(node, node.path("zero").asBoolean() ? new float[initial.length] : initial);
        Tensor table = parameters.get("p0");
        follow(node, parameters, step -> {
            try (StepScope scope = StepScope.open()) {
                Tensor ids = Tensor.of(Arrays.copyOfRange(rows, step * 6, step * 6 + 6), 6);
                Tensor seed = Tensor.of(Arrays.copyOfRange(values, step * 24, step * 24 + 24), 6, 4);
                Tensor picked = Lookup.embedding(table, ids, EmbeddingOptions.DEFAULT.withSparseGradient());
                Autograd.backward(Reductions.sum(Arithmetic.multiply(picked, seed)));
            }
            assertThat(Gradients.sparse(table)).isNotNull();
        });
    }

    @ParameterizedTest
    @MethodSource("schedules")
    void schedulesFollowPyTorch(JsonNode node) {
        Config config = config(node, "howdah.optimiser.schedule.");
        LearningRate rate =
                new LearningRate(0.5, Schedules.of(config, node.path("total").asLong()));
        JsonNode rates = node.path("rates");
        assertThat(rates.size()).isGreaterThan(20);
        for (int i = 0; i < rates.size(); i++) {
            assertThat(rate.at(i + 1))
                    .as("%s, step %d", node, i)
                    .isCloseTo(rates.path(i).asDouble(), offset(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("plateaus")
    void plateauFollowsPyTorch(JsonNode node) {
        Plateau plateau = Plateau.of(new Plateau.Rule(
                node.path("mode").asText().equals("min") ? Better.LOWER : Better.HIGHER,
                node.path("factor").asDouble(),
                node.path("patience").asLong(),
                node.path("threshold").asDouble(),
                node.path("threshold_mode").asText().equals("rel")
                        ? Plateau.Threshold.RELATIVE
                        : Plateau.Threshold.ABSOLUTE,
                node.path("cooldown").asLong(),
                node.path("min_lr").asDouble() / 0.5));
        for (int i = 0; i < node.path("metrics").size(); i++) {
            plateau = plateau.after(node.path("metrics").path(i).asDouble());
            plateau = Plateau.restored(plateau.rule(), plateau.state());
            // PyTorch leaves out changes below 1e-8.
            assertThat(0.5 * plateau.factor())
                    .as("%s, evaluation %d", node, i)
                    .isCloseTo(node.path("rates").path(i).asDouble(), offset(2e-8));
        }
    }

    @ParameterizedTest
    @MethodSource("norms")
    void clippingByNormFollowsPyTorch(JsonNode node) {
        Map<String, Tensor> parameters = parameters(node, floats("clipping.gradients"));
        setGradients(parameters.values(), floats("clipping.gradients"), 0);
        double norm = GradientClipping.byNorm(
                parameters.values(),
                node.path("maximum").asDouble(),
                Double.parseDouble(node.path("order").asText()),
                GradientClipping.NonFinite.REFUSE);
        assertThat(norm).isCloseTo(node.path("norm").asDouble(), offset(1e-4));
        assertGradients(node, parameters);
    }

    private static void assertGradients(JsonNode node, Map<String, Tensor> parameters) {
        List<Tensor> gradients = parameters.values().stream().map(Tensor::grad).toList();
        assertClose(joined(gradients), floats(node.path("clipped").asText()), 0, node.toString());
        parameters.values().forEach(parameter -> {
            Gradients.clear(parameter);
            parameter.close();
        });
    }

    @Test
    void clippingByValueFollowsPyTorch() {
        JsonNode node = cases("value").findFirst().orElseThrow();
        Map<String, Tensor> parameters = parameters(node, floats("clipping.gradients"));
        setGradients(parameters.values(), floats("clipping.gradients"), 0);
        GradientClipping.byValue(parameters.values(), node.path("maximum").asDouble());
        assertGradients(node, parameters);
    }

    @Test
    void everyRuleAndScheduleHasCases() {
        List<String> rules = Stream.concat(dense(), sparse())
                .map(OptimiserGoldenTest::name)
                .distinct()
                .sorted()
                .toList();
        assertThat(rules).isEqualTo(UpdateRules.names());
        assertThat(plateaus()).isNotEmpty();
        assertThat(Stream.concat(schedules().map(OptimiserGoldenTest::name), Stream.of("plateau"))
                        .distinct()
                        .sorted()
                        .toList())
                .isEqualTo(Schedules.names());
    }

    private static String name(JsonNode node) {
        return node.path("name").asText().toLowerCase(Locale.ROOT);
    }
}
