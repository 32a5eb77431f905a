// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers give what PyTorch's give: outputs, gradients, buffers, names of the state, distributions of first values. */
class LayerGoldenTest {
    /** Of the largest element: float32 against float64. */
    private static final double TOLERANCE = 2e-5;

    private static final int SEEDS = 40;

    private static GoldenLayers golden;

    static List<LayerCase> layers() {
        return LayerTable.all();
    }

    @BeforeAll
    static void read() throws IOException {
        golden = new GoldenLayers();
    }

    @AfterAll
    static void close() {
        golden.close();
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @Test
    void everyGoldenCaseIsInTheTable() {
        assertThat(layers())
                .extracting(LayerCase::name)
                .containsExactlyInAnyOrderElementsOf(golden.cases().keySet());
    }

    @ParameterizedTest
    @MethodSource("layers")
    void agreesWithPyTorch(LayerCase row) {
        for (String backend : List.of("java", Backends.AUTO)) {
            Backends.use(backend);
            Layer layer = row.make().apply(new Philox(1, 0));
            assertThat(layer.stateDict().keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            golden.state(row.name()).keySet());
            layer.loadStateDict(golden.state(row.name()));
            JsonNode steps = golden.described(row.name()).get("steps");
            for (int i = 0; i < steps.size(); i++) {
                step(layer, row.name() + "/" + i, steps.get(i));
            }
            layer.close();
        }
    }

    private static void step(Layer layer, String key, JsonNode described) {
        if (described.get("mode").asText().equals("train")) {
            layer.train();
        } else {
            layer.evaluate();
        }
        try (StepScope scope = StepScope.open()) {
            Tensor x = golden.tensor(key + "/input").detached();
            boolean differentiable = described.get("input_gradient").asBoolean();
            if (differentiable) {
                Autograd.requireGrad(x);
            }
            Tensor output = layer.forward(x);
            assertClose(key + "/output", output);
            if (output.requiresGrad()) {
                Autograd.backward(output, golden.tensor(key + "/cotangent"), Autograd.SavedTensors.FREE);
            }
            if (differentiable) {
                Tensor gradient = Gradients.take(x);
                assertThat(gradient).as(key).isNotNull();
                assertClose(key + "/gradient", gradient);
                gradient.close();
            }
            gradients(layer, key, described);
        }
        described
                .get("buffers")
                .forEach(name -> assertClose(
                        key + "/after/" + name.asText(), layer.buffers().get(name.asText())));
    }

    private static void gradients(Layer layer, String key, JsonNode described) {
        List<String> names = new ArrayList<>();
        described.get("gradients").forEach(name -> names.add(name.asText()));
        assertThat(layer.parameters().keySet()).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            Tensor parameter = layer.parameter(name);
            SparseRows rows = Gradients.takeSparse(parameter);
            Tensor gradient = rows == null ? Gradients.take(parameter) : rows.toDense();
            assertThat(gradient).as(key + " " + name).isNotNull();
            assertClose(key + "/gradient/" + name, gradient);
            gradient.close();
            if (rows != null) {
                rows.close();
            }
        }
    }

    private static void assertClose(String key, Tensor actual) {
        Tensor expected = golden.tensor(key);
        assertThat(actual.shape()).as(key).isEqualTo(expected.shape());
        double[] wanted = expected.toDoubles();
        double[] found = actual.toDoubles();
        double largest = 1;
        for (double value : wanted) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < wanted.length; i++) {
            assertThat(Math.abs(found[i] - wanted[i]))
                    .as(key + " element " + i + ": " + found[i] + " for " + wanted[i])
                    .isLessThanOrEqualTo(TOLERANCE * largest);
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void firstValuesAreDistributedAsPyTorchs(LayerCase row) {
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            samples.add(row.make().apply(new Philox(seed, 0)).parameters());
        }
        golden.described(row.name()).get("initial").fields().forEachRemaining(entry -> {
            Moments moments = new Moments();
            samples.forEach(sample -> moments.add(sample.get(entry.getKey()).toDoubles()));
            moments.assertLike(entry.getKey(), entry.getValue());
        });
        samples.forEach(sample -> sample.values().forEach(Tensor::close));
    }

    /** Of all values of a parameter. */
    private static final class Moments {
        private long count;
        private double sum;
        private double squares;
        private double largest;

        void add(double[] values) {
            for (double value : values) {
                count++;
                sum += value;
                squares += value * value;
                largest = Math.max(largest, Math.abs(value));
            }
        }

        /** Both are samples: means differ by some standard errors, deviations by some percent. */
        void assertLike(String name, JsonNode expected) {
            double mean = sum / count;
            double deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
            double wanted = expected.get("std").asDouble();
            double error = 6 * wanted / Math.sqrt(count) + 1e-6;
            assertThat(Math.abs(mean - expected.get("mean").asDouble()))
                    .as(name + " mean " + mean)
                    .isLessThan(error);
            assertThat(Math.abs(deviation - wanted))
                    .as(name + " deviation " + deviation + " for " + wanted)
                    .isLessThan(error);
            assertThat(largest)
                    .as(name + " largest")
                    .isLessThanOrEqualTo(1.5 * expected.get("max").asDouble());
        }
    }
}
