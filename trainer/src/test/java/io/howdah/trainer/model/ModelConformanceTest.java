// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.Summary;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every model of the table must do, built from default configuration. */
class ModelConformanceTest {
    static List<String> names() {
        return Models.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void givesFiniteLossesAndGradientsOfEveryParameter(String name) {
        ModelSamples samples = ModelSamples.of(name);
        Garbage.collect();
        long backstopFrees = MemoryPool.shared().backstopFrees();
        TrainableModel model = samples.model(name, 3);
        assertThat(model.name()).isEqualTo(name);
        Module module = model.module();
        // The first pass lets kernels make the memory that they keep.
        learn(samples, model);
        module.clearGradients();
        long made = Garbage.unreleasedBytes();
        learn(samples, model);
        module.parameters()
                .forEach((parameter, tensor) ->
                        assertThat(moves(tensor)).as("gradient of " + parameter).isTrue());
        module.clearGradients();
        assertThat(Garbage.unreleasedBytes()).isEqualTo(made);
        module.close();
        Garbage.collect();
        assertThat(MemoryPool.shared().backstopFrees()).isEqualTo(backstopFrees);
    }

    private static void learn(ModelSamples samples, TrainableModel model) {
        try (StepScope scope = StepScope.open();
                Batch batch = samples.batch().apply(new Philox(5, 0))) {
            Prediction prediction = model.predict(batch);
            long count = prediction.losses().elements();
            assertThat(prediction.losses().shape().sizes()).containsExactly(count);
            assertThat(prediction.targets().shape().sizes()).containsExactly(count);
            assertThat(prediction.scores().size(0)).isEqualTo(count);
            for (double loss : prediction.losses().toDoubles()) {
                assertThat(loss).isFinite();
            }
            Autograd.backward(Reductions.mean(prediction.losses()));
        }
    }

    /** Whether there is a finite gradient that is not zero everywhere. */
    private static boolean moves(Tensor parameter) {
        SparseRows rows = Gradients.sparse(parameter);
        Tensor gradient = rows == null ? parameter.grad() : rows.values();
        double sum = 0;
        for (double value : gradient == null ? new double[0] : gradient.toDoubles()) {
            sum += Math.abs(value);
        }
        return sum > 0 && Double.isFinite(sum);
    }

    @ParameterizedTest
    @MethodSource("names")
    void keepsWhatItKnowsInItsState(String name) {
        ModelSamples samples = ModelSamples.of(name);
        TrainableModel trained = samples.model(name, 1);
        TrainableModel other = samples.model(name, 2);
        other.module().loadStateDict(trained.module().stateDict());
        trained.module().evaluate();
        other.module().evaluate();
        try (StepScope scope = StepScope.open();
                Batch batch = samples.batch().apply(new Philox(6, 0))) {
            assertThat(other.losses(batch).toFloats())
                    .containsExactly(trained.losses(batch).toFloats());
        }
        assertThat(trained.table().specs())
                .hasSameSizeAs(trained.module().parameters().values());
        trained.module().close();
        other.module().close();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aSeedDecidesItsWeights(String name) {
        Map<String, Long> first = fingerprint(name, 7);
        assertThat(fingerprint(name, 7)).isEqualTo(first);
        assertThat(fingerprint(name, 8)).isNotEqualTo(first);
    }

    private static Map<String, Long> fingerprint(String name, long seed) {
        TrainableModel model = ModelSamples.of(name).model(name, seed);
        Map<String, Long> fingerprint = new TreeMap<>();
        model.module().stateDict().forEach((key, tensor) -> {
            CRC32C checksum = new CRC32C();
            checksum.update(tensor.buffer());
            fingerprint.put(key, checksum.getValue());
        });
        model.module().close();
        return fingerprint;
    }

    @ParameterizedTest
    @MethodSource("names")
    void itsSummaryTellsAllParameters(String name) {
        ModelSamples samples = ModelSamples.of(name);
        TrainableModel model = samples.model(name, 1);
        try (Batch batch = samples.batch().apply(new Philox(5, 0))) {
            Summary summary = model.module().summary(() -> model.predict(batch));
            assertThat(summary.total())
                    .isEqualTo(model.module().parameters().values().stream()
                            .mapToLong(Tensor::elements)
                            .sum());
            assertThat(summary.toString()).contains("parameters: total=" + summary.total());
        }
        model.module().close();
    }
}
