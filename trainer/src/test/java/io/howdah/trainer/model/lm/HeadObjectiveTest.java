// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.functional.LossFunctions;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The objectives of models with heads: their gradients, what they leave alone, and what they see. */
class HeadObjectiveTest {
    private static final int HEADS = 3;
    private static final int LENGTH = 12;
    private static final double[] WEIGHTS = {1, 0.5, 0.25};

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    /** Two rows, with a document's end in each. */
    private static int[][] rows(long seed) {
        Philox random = new Philox(seed, 0);
        int[][] rows = new int[2][LENGTH];
        for (int[] row : rows) {
            for (int i = 0; i < LENGTH; i++) {
                row[i] = 1 + random.nextInt(HeadSamples.VOCABULARY - 1);
            }
            row[3 + random.nextInt(5)] = 0;
        }
        return rows;
    }

    /** A network with larger weights, so that every part matters. */
    private static LanguageNetwork network(String name, String head, HeadKind kind) {
        TrainableModel model = HeadSamples.model(name, "howdah.lm.head", head, "howdah.lm.layers", "1");
        LanguageNetwork network = (LanguageNetwork) model.module();
        network.attach(HeadSettings.of(kind, HEADS).create(network, 3));
        network.parameters().forEach((path, tensor) -> {
            Philox random = new Philox(path.hashCode(), 5);
            boolean matrix = tensor.shape().rank() > 1;
            for (long i = 0; i < tensor.elements(); i++) {
                long at = tensor.address() + i * Float.BYTES;
                double old = Elements.get(tensor.dtype(), at);
                Elements.put(tensor.dtype(), at, matrix ? 0.2 * random.nextGaussian() : old);
            }
            tensor.bumpVersion();
        });
        return network;
    }

    private static Map<String, float[]> gradients(LanguageNetwork network) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        network.parameters().forEach((path, tensor) -> {
            Tensor gradient = tensor.grad();
            gradients.put(path, gradient == null ? new float[0] : gradient.toFloats());
        });
        network.clearGradients();
        return gradients;
    }

    private static HeadedObjective objective(LanguageNetwork network, Batch batch, double... weights) {
        Tensor tokens = batch.column(NextTokenModel.TOKENS);
        NextTokenModel model = new NextTokenModel("test", network, 0);
        return new HeadedObjective(network, model.moved(tokens), tokens, new AheadTokens(tokens, 0), weights);
    }

    /** The whole objective as one graph. */
    private static Tensor naive(LanguageNetwork network, Batch batch) {
        Tensor tokens = batch.column(NextTokenModel.TOKENS);
        NextTokenModel model = new NextTokenModel("test", network, 0);
        TokenHeads heads = network.heads().orElseThrow();
        AheadTokens ahead = new AheadTokens(tokens, 0);
        Tensor hidden = network.hidden(model.moved(tokens));
        Tensor sum = Reductions.mean(LossFunctions.crossEntropy(network.logits(hidden), tokens, Losses.Reduction.NONE));
        Tensor previous = hidden;
        for (int head = 0; head < HEADS; head++) {
            Tensor said = heads.hidden(head, heads.settings().kind().isChained() ? previous : hidden, ahead.read(head));
            Tensor losses =
                    LossFunctions.crossEntropy(heads.logits(head, said), ahead.targets(head), Losses.Reduction.NONE);
            sum = Arithmetic.add(sum, Reductions.mean(losses), WEIGHTS[head]);
            previous = said;
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2, tied, PARALLEL",
        "gpt2, untied, SEQUENTIAL",
        "llama, tied, SEQUENTIAL",
        "llama, untied, PARALLEL",
        "llama, tied, MEDUSA"
    })
    void runningHeadsOneByOneGivesTheGradientsOfTheWholeSum(String name, String head, HeadKind kind) {
        LanguageNetwork network = network(name, head, kind);
        try (StepScope scope = StepScope.open();
                Batch batch = HeadSamples.batch(rows(1))) {
            Objective objective = objective(network, batch, WEIGHTS);
            objective.backward(2);
            Map<String, float[]> found = gradients(network);
            Tensor sum = naive(network, batch);
            Autograd.backward(sum, Tensor.of(new float[] {2}), Autograd.SavedTensors.FREE);
            gradients(network).forEach((path, expected) -> {
                assertThat(expected).as(path).isNotEmpty();
                assertThat(found.get(path)).as(path).containsExactly(expected, offset(2e-5f));
            });
        }
        network.close();
    }

    @ParameterizedTest
    @EnumSource(HeadKind.class)
    void gradientsAreThoseOfFiniteDifferences(HeadKind kind) {
        LanguageNetwork network = network("llama", "tied", kind);
        Philox random = new Philox(11, 0);
        try (StepScope scope = StepScope.open();
                Batch batch = HeadSamples.batch(rows(2))) {
            objective(network, batch, WEIGHTS).backward(1);
            Map<String, float[]> gradients = gradients(network);
            network.parameters().forEach((path, tensor) -> {
                // Along a random direction, so that one number tells of all elements.
                float[] before = tensor.toFloats();
                double[] direction = new double[before.length];
                double slope = 0;
                for (int i = 0; i < before.length; i++) {
                    direction[i] = random.nextGaussian() / Math.sqrt(before.length);
                    slope += direction[i] * gradients.get(path)[i];
                }
                double epsilon = 5e-3;
                double above = moved(network, batch, tensor, before, direction, epsilon);
                double below = moved(network, batch, tensor, before, direction, -epsilon);
                moved(network, batch, tensor, before, direction, 0);
                assertThat((above - below) / (2 * epsilon))
                        .as(path)
                        .isCloseTo(slope, offset(2e-3 + 0.02 * Math.abs(slope)));
            });
        }
        network.close();
    }

    private static double moved(
            LanguageNetwork network, Batch batch, Tensor tensor, float[] before, double[] direction, double far) {
        for (int i = 0; i < before.length; i++) {
            Elements.put(tensor.dtype(), tensor.address() + (long) i * Float.BYTES, before[i] + far * direction[i]);
        }
        tensor.bumpVersion();
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad()) {
            return naive(network, batch).item();
        }
    }

    @ParameterizedTest
    @CsvSource({"gpt2, tied", "gpt2, untied", "llama, tied", "llama, untied"})
    void headsThatDoNotCountLeaveEveryBitAlone(String name, String head) {
        for (HeadKind kind : HeadKind.values()) {
            LanguageNetwork network = network(name, head, kind);
            try (StepScope scope = StepScope.open();
                    Batch batch = HeadSamples.batch(rows(3))) {
                Objective objective = objective(network, batch, 0, 0, 0);
                objective.backward(1);
                Map<String, float[]> found = gradients(network);
                Objective plain = Objective.of(new NextTokenModel("test", network, 0).losses(batch));
                plain.backward(1);
                assertThat(objective.mean().item()).isEqualTo(plain.mean().item());
                gradients(network)
                        .forEach((path, expected) ->
                                assertThat(found.get(path)).as(path).containsExactly(expected));
            }
            network.close();
        }
    }

    @Test
    void firstWeightsOfTheTrunkDoNotDependOnHeads() {
        TrainableModel plain = HeadSamples.model("llama");
        TrainableModel headed = HeadSamples.mtp("llama", HeadKind.SEQUENTIAL, 2);
        plain.module()
                .parameters()
                .forEach((path, tensor) ->
                        assertThat(headed.module().parameter(path).toFloats()).containsExactly(tensor.toFloats()));
        plain.module().close();
        headed.module().close();
    }

    @ParameterizedTest
    @EnumSource(HeadKind.class)
    void bfloat16GradientsAreNearAndNothingLeaks(HeadKind kind) {
        LanguageNetwork network = network("llama", "tied", kind);
        Map<String, float[]> wide = step(network, false);
        // The first steps leave scratch memory and caches behind, and replace those of other networks.
        step(network, true);
        Garbage.collect();
        step(network, true);
        long missed = Garbage.collect();
        long before = Garbage.unreleasedBytes();
        Map<String, float[]> narrow = step(network, true);
        assertThat(Garbage.unreleasedBytes()).isEqualTo(before);
        wide.forEach((path, expected) -> {
            double difference = 0;
            double size = 0;
            for (int i = 0; i < expected.length; i++) {
                difference += Math.pow(expected[i] - narrow.get(path)[i], 2);
                size += Math.pow(expected[i], 2);
            }
            assertThat(Math.sqrt(difference)).as(path).isLessThan(0.1 * Math.sqrt(size) + 1e-4);
        });
        network.close();
        assertThat(Garbage.collect()).isEqualTo(missed);
    }

    private static Map<String, float[]> step(LanguageNetwork network, boolean narrow) {
        try (StepScope scope = StepScope.open();
                Batch batch = HeadSamples.batch(rows(4));
                Autocast.Scope precision = narrow ? Autocast.bfloat16() : Autocast.off()) {
            objective(network, batch, WEIGHTS).backward(1);
            return gradients(network);
        }
    }

    @Test
    void scoresOfOneHeadAtATimeAreKept() {
        TrainableModel model = HeadSamples.model("llama", "howdah.lm.vocabulary", "4096", "howdah.lm.width", "8");
        LanguageNetwork network = (LanguageNetwork) model.module();
        network.attach(HeadSettings.of(HeadKind.PARALLEL, HEADS).create(network, 3));
        long scores = 4096L * 2 * LENGTH * Float.BYTES;
        try (StepScope scope = StepScope.open();
                Batch batch = HeadSamples.batch(rows(5))) {
            long before = Garbage.unreleasedBytes();
            objective(network, batch, WEIGHTS).backward(1);
            gradients(network);
            long left = Garbage.unreleasedBytes() - before;
            // The next token's are the batch's own; of the three heads' none are left.
            assertThat(left).isLessThan(2 * scores);
            naive(network, batch);
            assertThat(Garbage.unreleasedBytes() - before - left).isGreaterThan(4 * scores);
        }
        network.close();
    }

    /** Changing token j changes what head k says from position j − k on, and no bit before. */
    @ParameterizedTest
    @CsvSource({"gpt2, PARALLEL", "llama, PARALLEL", "gpt2, SEQUENTIAL", "llama, SEQUENTIAL", "llama, MEDUSA"})
    void headsSeeNoTokenThatTheyAreToFind(String name, HeadKind kind) {
        LanguageNetwork network = network(name, "untied", kind);
        network.evaluate();
        int changed = 7;
        int[][] tokens = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
        float[][] before = said(network, tokens);
        tokens[0][changed] = 15;
        float[][] after = said(network, tokens);
        for (int head = 0; head < HEADS; head++) {
            // The trunk reads token j at position j + 1; the module of depth k + 1 reads it at j − k.
            int first = kind.isChained() ? changed - head : changed + 1;
            for (int i = 0; i < LENGTH; i++) {
                float[] old = row(before[head], i);
                float[] now = row(after[head], i);
                if (i < first) {
                    assertThat(now).as("head %d position %d", head, i).containsExactly(old);
                } else {
                    assertThat(now).as("head %d position %d", head, i).isNotEqualTo(old);
                }
            }
        }
        network.close();
    }

    private static float[] row(float[] all, int i) {
        int width = all.length / LENGTH;
        return Arrays.copyOfRange(all, i * width, (i + 1) * width);
    }

    private static float[][] said(LanguageNetwork network, int[][] rows) {
        TokenHeads heads = network.heads().orElseThrow();
        float[][] said = new float[HEADS][];
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad();
                Batch batch = HeadSamples.batch(rows)) {
            Tensor tokens = batch.column(NextTokenModel.TOKENS);
            AheadTokens ahead = new AheadTokens(tokens, 0);
            Tensor hidden = network.hidden(new NextTokenModel("test", network, 0).moved(tokens));
            Tensor previous = hidden;
            for (int head = 0; head < HEADS; head++) {
                Tensor own =
                        heads.hidden(head, heads.settings().kind().isChained() ? previous : hidden, ahead.read(head));
                said[head] = own.toFloats();
                previous = own;
            }
        }
        return said;
    }

    @Test
    void nothingIsToBeFoundBehindADocumentsEnd() {
        try (Tensor tokens = Tensor.of(new int[] {5, 6, 0, 7, 8, 9, 0, 0}, 1, 8)) {
            AheadTokens ahead = new AheadTokens(tokens, 0);
            int no = AheadTokens.NOTHING;
            assertThat(ahead.targets(0).toLongs()).containsExactly(6, 0, no, 8, 9, 0, no, no);
            assertThat(ahead.targets(1).toLongs()).containsExactly(0, no, no, 9, 0, no, no, no);
            assertThat(ahead.targets(2).toLongs()).containsExactly(no, no, no, 0, no, no, no, no);
            assertThat(ahead.read(0).toLongs()).containsExactly(5, 6, 0, 7, 8, 9, 0, 0);
            assertThat(ahead.read(2).toLongs()).containsExactly(0, 7, 8, 9, 0, 0, 0, 0);
            assertThat(ahead.found(ahead.targets(2))).isEqualTo(1);
        }
    }

    @Test
    void weightsFollowTheirSchedule() {
        HeadLossWeights deepSeek = new HeadLossWeights(0.3, 0.1, 100, 0, 1, 2);
        assertThat(deepSeek.of(1, 99)).isCloseTo(0.15, offset(1e-12));
        assertThat(deepSeek.of(1, 100)).isCloseTo(0.05, offset(1e-12));
        HeadLossWeights medusa = new HeadLossWeights(0.2, 0.2, 0, 10, 0.8, 1);
        assertThat(medusa.of(0, 0)).isZero();
        assertThat(medusa.of(1, 5)).isCloseTo(0.2 * Math.sqrt(0.5) * 0.64, offset(1e-12));
        assertThat(medusa.of(1, 10)).isCloseTo(0.2 * 0.64, offset(1e-12));
        assertThat(HeadLossWeights.constant(1).of(3, 1_000_000)).isEqualTo(1);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> HeadSamples.model(
                        "gpt2", "howdah.model.mtp.kind", "parallel", "howdah.model.medusa.kind", "joint"))
                .hasMessageContaining("expected one kind of heads");
        assertThatThrownBy(() -> HeadSamples.model("gpt2", "howdah.model.medusa.kind", "frozen"))
                .hasMessageContaining("howdah.model.pretrained=null", "a trained model for frozen");
        assertThatThrownBy(() -> new HeadSettings(HeadKind.PARALLEL, 2, Head.UNTIED))
                .hasMessageContaining("scores=untied, expected");
        TrainableModel lstm = HeadSamples.model("lstm-lm");
        assertThatThrownBy(() -> HeadSettings.of(HeadKind.MEDUSA, 1).create((LanguageNetwork) lstm.module(), 1))
                .hasMessageContaining("network=LstmNetwork, expected a decoder");
        lstm.module().close();
    }
}
