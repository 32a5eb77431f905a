// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every language model in {@link Models}. */
class LanguageModelConformanceTest {
    private static final Map<String, String> SMALL = Map.of(
            "howdah.lm.width", "16",
            "howdah.lm.layers", "2",
            "howdah.lm.heads", "2",
            "howdah.lm.context", "12");
    private static final Map<String, String> BYTES = Map.of("vocabulary", "256", "separator", "0");
    private static final long SEED = 20_250_114;

    static List<String> all() {
        return List.of(LanguageModels.LSTM, LanguageModels.BERT, LanguageModels.GPT2, LanguageModels.LLAMA);
    }

    static Stream<String> causal() {
        return all().stream().filter(name -> !name.equals(LanguageModels.BERT));
    }

    private static TrainableModel model(String name, String... more) {
        return Models.create(config(name, more), BYTES, SEED);
    }

    private static Config config(String name, String... more) {
        Map<String, String> settings = new HashMap<>(SMALL);
        settings.put("howdah.model.name", name);
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return Config.parse(new KeyTable(ModelKeys.ALL), settings);
    }

    private static Batch batch(int rows, int length, long seed) {
        Philox random = new Philox(seed, 0);
        byte[] tokens = new byte[rows * length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (byte) random.nextInt(256);
        }
        return new Batch(rows, Map.of("tokens", Tensor.of(tokens, rows, length)));
    }

    @Test
    void everyLanguageModelIsARow() {
        assertThat(Models.names()).containsAll(all());
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyParameterGetsAGradientAndEveryTensorIsFreed(String name) {
        for (String head : Head.names()) {
            TrainableModel model = model(name, "howdah.lm.head", head, "howdah.lm.dropout", "0.1");
            assertThat(model.name()).isEqualTo(name);
            // Two steps leave scratch memory and caches behind, and make threads let go of earlier tests.
            step(model);
            step(model);
            model.module().clearGradients();
            long missed = Garbage.collect();
            long before = Garbage.unreleasedBytes();
            step(model);
            model.module().parameters().forEach((path, tensor) -> {
                Tensor gradient = tensor.grad();
                assertThat(gradient).as(name + " " + head + " " + path).isNotNull();
                boolean finite = true;
                for (float slope : gradient.toFloats()) {
                    finite &= Float.isFinite(slope);
                }
                assertThat(finite).as(path).isTrue();
            });
            model.module().clearGradients();
            assertThat(Garbage.unreleasedBytes()).isLessThanOrEqualTo(before);
            model.module().close();
            assertThat(Garbage.collect()).isEqualTo(missed);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aForwardWithoutRecordingLeavesNothingButItsResult(String name) {
        LanguageNetwork network = (LanguageNetwork) model(name).module();
        network.evaluate();
        try (StepScope scope = StepScope.open();
                GradMode.Scope quiet = GradMode.noGrad()) {
            Tensor tokens = Tensor.of(new long[] {3, 1, 4, 1, 5, 9, 2, 6}, 2, 4);
            for (UnaryOperator<Tensor> part : List.<UnaryOperator<Tensor>>of(network::hidden, network::forward)) {
                assertThat(part.apply(tokens).isReleased()).isFalse();
                Garbage.collect();
                long before = Garbage.unreleasedBytes();
                Tensor result = part.apply(tokens);
                assertThat(Garbage.unreleasedBytes() - before).isEqualTo(blockOf(result));
            }
        }
        network.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {LanguageModels.BERT, LanguageModels.GPT2, LanguageModels.LLAMA})
    void aBlockThatIsNotRecordedAddsNothingToThePeakButItsResult(String name) {
        long few = peakOfHidden(name, 2);
        long many = peakOfHidden(name, 5);
        long width = Long.parseLong(SMALL.get("howdah.lm.width"));
        try (StepScope scope = StepScope.open()) {
            Tensor result = Tensor.empty(DType.FLOAT32, Shape.of(2, 4, width));
            assertThat(many - few).isEqualTo(3 * blockOf(result));
        }
    }

    private static long peakOfHidden(String name, int layers) {
        LanguageNetwork network = (LanguageNetwork)
                model(name, "howdah.lm.layers", Integer.toString(layers)).module();
        network.evaluate();
        try (StepScope scope = StepScope.open();
                GradMode.Scope quiet = GradMode.noGrad()) {
            Tensor tokens = Tensor.of(new long[] {3, 1, 4, 1, 5, 9, 2, 6}, 2, 4);
            network.hidden(tokens);
            Garbage.collect();
            MemoryPool pool = MemoryPool.shared();
            long before = pool.usedBytes();
            pool.resetPeak();
            network.hidden(tokens);
            return pool.peakUsedBytes() - before;
        } finally {
            network.close();
        }
    }

    /** Bytes that a tensor like this one takes from the pool. */
    private static long blockOf(Tensor tensor) {
        long before = Garbage.unreleasedBytes();
        Tensor.empty(tensor.dtype(), tensor.shape());
        return Garbage.unreleasedBytes() - before;
    }

    private static void step(TrainableModel model) {
        Randomness.current().seed(SEED);
        try (StepScope scope = StepScope.open();
                Batch batch = batch(3, 12, 1)) {
            Autograd.backward(Reductions.mean(model.losses(batch)));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void aPredictionHasALossAndScoresPerSample(String name) {
        TrainableModel model = model(name);
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad();
                Batch batch = batch(3, 12, 2)) {
            Prediction prediction = model.predict(batch);
            long samples = name.equals(LanguageModels.BERT) ? 3 * 2 : 3 * 12;
            long classes = name.equals(LanguageModels.BERT) ? 257 : 256;
            assertThat(prediction.losses().shape().sizes()).containsExactly(samples);
            assertThat(prediction.scores().shape().sizes()).containsExactly(samples, classes);
            assertThat(prediction.targets().shape().sizes()).containsExactly(samples);
            // Fresh weights are small, so that all tokens are about as likely.
            double mean = Reductions.mean(prediction.losses()).item();
            assertThat(mean).isBetween(0.95 * Math.log(256), 1.05 * Math.log(256));
        }
        model.module().close();
    }

    @ParameterizedTest
    @MethodSource("causal")
    void aLossDependsOnEarlierTokensOnly(String name) {
        TrainableModel model = model(name);
        model.module().evaluate();
        byte[] tokens = new byte[12];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (byte) (17 * i + 5);
        }
        float[] before = losses(model, tokens);
        tokens[7]++;
        float[] after = losses(model, tokens);
        assertThat(before).hasSize(12);
        for (int i = 0; i < 12; i++) {
            if (i < 7) {
                assertThat(after[i]).as(name + " token " + i).isEqualTo(before[i]);
            } else {
                assertThat(after[i]).as(name + " token " + i).isNotEqualTo(before[i]);
            }
        }
        model.module().close();
    }

    @Test
    void bertSeesBothSidesAndHidesTheSameTokensInEveryEvaluation() {
        TrainableModel model = model(LanguageModels.BERT);
        model.module().evaluate();
        byte[] tokens = new byte[12];
        float[] before = losses(model, tokens);
        assertThat(losses(model, tokens)).isEqualTo(before);
        Masking.Rule rule = new Masking.Rule(0.15, 256, 256);
        long first;
        try (StepScope scope = StepScope.open();
                Tensor rows = Tensor.of(tokens, 1, 12)) {
            first = Masking.draw(rows, rule, new Philox(1, 0)).places().toLongs()[0];
        }
        assertThat(first).isLessThan(11);
        tokens[11] = 9;
        assertThat(losses(model, tokens)[0]).isNotEqualTo(before[0]);
        model.module().close();
    }

    private static float[] losses(TrainableModel model, byte[] tokens) {
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad()) {
            return model.losses(new Batch(1, Map.of("tokens", Tensor.of(tokens, 1, tokens.length))))
                    .toFloats();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void int32TokensGiveTheSameLosses(String name) {
        TrainableModel model = model(name);
        model.module().evaluate();
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad();
                Batch bytes = batch(2, 12, 3)) {
            long[] numbers = bytes.column("tokens").toLongs();
            int[] wide = new int[numbers.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = (int) numbers[i];
            }
            Batch wider = new Batch(2, Map.of("tokens", Tensor.of(wide, 2, 12)));
            assertThat(model.losses(wider).toFloats())
                    .isEqualTo(model.losses(bytes).toFloats());
        }
        model.module().close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void equalSeedsGiveEqualWeightsAndStatesComeBack(String name) {
        TrainableModel one = model(name);
        TrainableModel same = model(name);
        TrainableModel other = Models.create(config(name), BYTES, SEED + 1);
        Map<String, Tensor> state = one.module().stateDict();
        same.module()
                .stateDict()
                .forEach((path, tensor) -> assertThat(tensor.toFloats())
                        .as(path)
                        .isEqualTo(state.get(path).toFloats()));
        assertThat(other.module().stateDict().get("tokens.weight").toFloats())
                .isNotEqualTo(state.get("tokens.weight").toFloats());
        other.module().loadStateDict(state);
        one.module().evaluate();
        other.module().evaluate();
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad();
                Batch batch = batch(2, 9, 4)) {
            assertThat(other.losses(batch).toFloats())
                    .isEqualTo(one.losses(batch).toFloats());
        }
        List.of(one, same, other).forEach(model -> model.module().close());
    }

    @ParameterizedTest
    @MethodSource("all")
    void rowsMayBeShorterAndPrecisionLower(String name) {
        TrainableModel model = model(name);
        for (int length : new int[] {1, 2, 11}) {
            for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16)) {
                try (StepScope scope = StepScope.open();
                        Autocast.Scope precision = Autocast.to(dtype);
                        Batch batch = batch(2, length, 5)) {
                    double mean = Reductions.mean(model.losses(batch)).item();
                    assertThat(mean).as("%s %d %s", name, length, dtype).isBetween(5.0, 6.0);
                }
            }
        }
        model.module().close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void matricesDecayAndVectorsDoNot(String name) {
        TrainableModel model = model(name);
        for (ParameterSpec spec : model.table().specs()) {
            assertThat(spec.weightDecayFactor())
                    .as(spec.name())
                    .isEqualTo(spec.shape().rank() > 1 ? 1.0 : 0.0);
        }
        model.module().close();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> model(LanguageModels.GPT2, "howdah.lm.heads", "3"))
                .hasMessageContaining("width=16 heads=3, expected a width that the heads divide");
        assertThatThrownBy(() -> model(LanguageModels.LLAMA, "howdah.lm.key.heads", "3"))
                .hasMessageContaining("heads=2 keyHeads=3", "howdah.lm.key.heads");
        assertThatThrownBy(() -> model(LanguageModels.GPT2, "howdah.lm.vocabulary", "255"))
                .hasMessageContaining("howdah.lm.vocabulary=255, expected at least the dataset's 256");
        assertThatThrownBy(() -> model(LanguageModels.BERT, "howdah.lm.vocabulary", "256"))
                .hasMessageContaining("expected more than the dataset's 256");
        assertThatThrownBy(() -> model(LanguageModels.LSTM, "howdah.lm.hidden", "8", "howdah.lm.head", "tied"))
                .hasMessageContaining("width=16 hidden=8, expected the same for a tied head");
        assertThatThrownBy(() -> model(LanguageModels.GPT2, "howdah.lm.activation", "relu"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("howdah.lm.activation=relu, expected choice, one of gelu, gelu_tanh");
        assertThatThrownBy(() -> Models.create(config(LanguageModels.GPT2), Map.of("vocabulary", "256"), 1))
                .hasMessageContaining("dataset property separator=null");
        TrainableModel model = model(LanguageModels.GPT2);
        try (Batch batch = batch(1, 13, 6)) {
            assertThatThrownBy(() -> model.losses(batch))
                    .hasMessageContaining("tokens=[1, 13], expected [B, T] with T from 1 to 12", "howdah.lm.context");
        }
        model.module().close();
    }
}
