// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.amp.GradScaler;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Language models learn as PyTorch's do, from the same weights and data: the curves of dump_language_training.py. */
class LanguageTrainingTest {
    private static final int STEPS = 50;
    private static JsonNode curves;

    static List<String> names() {
        return List.of(LanguageModels.LSTM, LanguageModels.BERT, LanguageModels.GPT2, LanguageModels.LLAMA);
    }

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = new GZIPInputStream(Objects.requireNonNull(
                LanguageTrainingTest.class.getResourceAsStream("/golden/language/curves.json.gz")))) {
            curves = new ObjectMapper().readTree(in.readAllBytes());
        }
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @ParameterizedTest
    @MethodSource("names")
    void float32FollowsPyTorch(String name) {
        for (String backend : List.of(Backends.AUTO, "java")) {
            Backends.use(backend);
            double[] losses = train(name, DType.FLOAT32);
            JsonNode expected = curves.path(name).path("float32");
            assertThat(expected.size()).isEqualTo(STEPS);
            for (int step = 0; step < STEPS; step++) {
                assertThat(losses[step])
                        .as("%s with %s, step %d", name, backend, step)
                        .isCloseTo(expected.path(step).asDouble(), withPercentage(0.01));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void bfloat16FollowsPyTorch(String name) {
        double[] losses = train(name, DType.BFLOAT16);
        JsonNode expected = curves.path(name).path("bfloat16");
        assertThat(losses[STEPS - 1])
                .as(name)
                .isCloseTo(expected.path(STEPS - 1).asDouble(), withPercentage(2));
    }

    @ParameterizedTest
    @MethodSource("names")
    void lowerPrecisionReachesTheFloat32Loss(String name) {
        double expected = curves.path(name).path("float32").path(STEPS - 1).asDouble();
        for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT16)) {
            assertThat(train(name, dtype)[STEPS - 1]).as(name + " " + dtype).isCloseTo(expected, withPercentage(1));
        }
    }

    private static TrainableModel model(String name) {
        Map<String, String> settings = new LinkedHashMap<>(Map.of(
                "howdah.lm.width", "32",
                "howdah.lm.layers", "2",
                "howdah.lm.heads", "4",
                "howdah.lm.hidden", "64",
                "howdah.lm.context", "16",
                "howdah.lm.key.heads", name.equals(LanguageModels.LLAMA) ? "2" : "0",
                "howdah.lm.head", name.equals(LanguageModels.BERT) ? "tied" : "untied",
                "howdah.model.name", name));
        Config config = Config.parse(new KeyTable(ModelKeys.ALL), settings);
        Map<String, String> properties = Map.of(
                "vocabulary", Integer.toString(Recipe.VOCABULARY), "separator", Integer.toString(Recipe.SEPARATOR));
        TrainableModel model = Models.create(config, properties, 1);
        Recipe.fill(model.module());
        return model;
    }

    private static double[] train(String name, DType dtype) {
        TrainableModel model = model(name);
        List<Tensor> parameters = List.copyOf(model.module().parameters().values());
        LocalOptimiser optimiser = LocalOptimiser.of(
                new AdamW(0.9, 0.999, 1e-8), model.module().parameters(), LearningRate.constant(1e-3), 0.01);
        GradScaler scaler = GradScaler.of(dtype);
        double[] losses = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            optimiser.zeroGrad();
            try (StepScope scope = StepScope.open()) {
                Tensor loss;
                try (Autocast.Scope precision = Autocast.to(dtype)) {
                    loss = Reductions.mean(losses(model, step % Recipe.BATCHES));
                }
                losses[step] = loss.item();
                Autograd.backward(scaler.scale(loss));
                scaler.step(parameters, optimiser::step);
                scaler.update();
            }
        }
        model.module().close();
        return losses;
    }

    private static Tensor losses(TrainableModel model, int batch) {
        if (model instanceof MaskedTokenModel masked) {
            return masked.predict(Recipe.masking(batch)).losses();
        }
        return model.losses(new Batch(Recipe.ROWS, Map.of(NextTokenModel.TOKENS, Recipe.tokens(batch))));
    }
}
