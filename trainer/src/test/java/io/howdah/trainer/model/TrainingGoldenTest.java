// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.amp.GradScaler;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.optim.ParameterGroup;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.optim.SparseAdam;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Families learn as PyTorch's do, step by step, from the same weights and batches. */
class TrainingGoldenTest {
    /** Relative, of the loss of the last step in float32. */
    private static final double EXACT = 1e-4;

    /** Relative, of each step in bfloat16. */
    private static final double LOW = 0.02;

    /** Relative, of float16 with a scaled loss against float32, on average over the last round of batches. */
    private static final double SCALED = 0.01;

    static List<TrainingRecipe> curves() {
        return TrainingRecipe.all().stream().filter(TrainingRecipe::isCurve).toList();
    }

    static List<TrainingRecipe> forwards() {
        return TrainingRecipe.all().stream().filter(recipe -> !recipe.isCurve()).toList();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void learnsAsPyTorch(TrainingRecipe recipe) {
        double[] expected = recipe.numbers("fp32");
        double[] losses = curve(recipe, DType.FLOAT32);
        int last = expected.length - 1;
        assertThat(losses[0]).isCloseTo(expected[0], within(EXACT * expected[0]));
        assertThat(losses[last]).isCloseTo(expected[last], within(EXACT * expected[last]));

        double[] expectedLow = recipe.numbers("bf16");
        double[] low = curve(recipe, DType.BFLOAT16);
        for (int step = 0; step <= last; step++) {
            assertThat(low[step])
                    .as("bfloat16 step " + step)
                    .isCloseTo(expectedLow[step], within(LOW * expectedLow[step]));
        }

        double[] scaled = curve(recipe, DType.FLOAT16);
        int round = recipe.described().get("batches").asInt();
        double mean = lastMean(losses, round);
        assertThat(lastMean(scaled, round)).as("float16").isCloseTo(mean, within(SCALED * mean));
    }

    private static double lastMean(double[] losses, int count) {
        double sum = 0;
        for (int i = losses.length - count; i < losses.length; i++) {
            sum += losses[i] / count;
        }
        return sum;
    }

    private static double[] curve(TrainingRecipe recipe, DType compute) {
        TrainableModel model = recipe.model();
        List<Tensor> parameters = List.copyOf(model.module().parameters().values());
        LocalOptimiser optimiser = new LocalOptimiser(groups(recipe, model));
        GradScaler scaler = GradScaler.of(compute);
        double[] losses = new double[recipe.numbers("fp32").length];
        for (int step = 0; step < losses.length; step++) {
            try (StepScope scope = StepScope.open();
                    Batch batch = recipe.batch(step)) {
                Tensor mean;
                try (Autocast.Scope precision = Autocast.to(compute)) {
                    mean = Reductions.mean(model.losses(batch));
                }
                losses[step] = mean.item();
                Autograd.backward(scaler.scale(mean));
                assertThat(scaler.step(parameters, optimiser::step))
                        .as("step " + step)
                        .isTrue();
                scaler.update();
                optimiser.zeroGrad();
            }
        }
        model.module().close();
        return losses;
    }

    private static List<ParameterGroup> groups(TrainingRecipe recipe, TrainableModel model) {
        JsonNode settings = recipe.described().get("optimiser");
        Map<String, Tensor> dense = new LinkedHashMap<>(model.module().parameters());
        Map<String, Tensor> tables = new LinkedHashMap<>();
        settings.path("sparse").forEach(name -> tables.put(name.asText(), dense.remove(name.asText())));
        LearningRate rate = LearningRate.constant(settings.get("learning_rate").asDouble());
        UpdateRule rule = settings.get("name").asText().equals("sgd")
                ? new Sgd(settings.get("momentum").asDouble())
                : new AdamW(0.9, 0.999, 1e-8);
        List<ParameterGroup> groups = new ArrayList<>();
        groups.add(new ParameterGroup(
                rule, dense, rate, settings.get("weight_decay").asDouble()));
        if (!tables.isEmpty()) {
            groups.add(new ParameterGroup(new SparseAdam(0.9, 0.999, 1e-8), tables, rate, 0));
        }
        return groups;
    }

    /** Scores in training, then with the statistics that it left in evaluation. */
    @ParameterizedTest
    @MethodSource("forwards")
    void scoresAsPyTorch(TrainingRecipe recipe) {
        TrainableModel model = recipe.model();
        for (String mode : List.of("train", "eval")) {
            if (mode.equals("train")) {
                model.module().train();
            } else {
                model.module().evaluate();
            }
            try (StepScope scope = StepScope.open();
                    GradMode.Scope quiet = GradMode.noGrad();
                    Batch batch = recipe.batch(0)) {
                double[] expected = recipe.numbers("scores", mode);
                double[] scores = model.predict(batch).scores().toDoubles();
                assertThat(scores).hasSameSizeAs(expected);
                for (int i = 0; i < scores.length; i++) {
                    assertThat(scores[i]).as(mode + " " + i).isCloseTo(expected[i], within(2e-4));
                }
            }
        }
        model.module().close();
    }
}
