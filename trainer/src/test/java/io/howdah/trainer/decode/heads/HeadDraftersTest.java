// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.trainer.decode.GenerationRequest;
import io.howdah.trainer.decode.GenerationResult;
import io.howdah.trainer.decode.Generator;
import io.howdah.trainer.decode.GeneratorSettings;
import io.howdah.trainer.decode.Speculation;
import io.howdah.trainer.decode.StopSettings;
import io.howdah.trainer.decode.TinyNetworks;
import io.howdah.trainer.decode.TokenBytes;
import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.DecoderRows;
import io.howdah.trainer.decode.engine.KvCache;
import io.howdah.trainer.decode.engine.NodeBatch;
import io.howdah.trainer.decode.heads.HeadCalibration.Before;
import io.howdah.trainer.decode.heads.TreeShape.Node;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.sampling.SeededChance;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.decode.speculate.AcceptanceRule;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.DraftTree;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.Observation;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.HeadSamples;
import io.howdah.trainer.model.lm.HeadSettings;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.MedusaHeads;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Heads that draft change nothing but the time, follow texts exactly, and find what they have learnt. */
class HeadDraftersTest {
    private static final int VOCABULARY = 24;
    private static final int HEADS = 3;
    private static final int POSITIONS = 200;
    private static final long CACHE = 1 << 24;
    private static final TreeShape TREE = new TreeShape(List.of(
            new Node(-1, 1, 0),
            new Node(-1, 1, 1),
            new Node(-1, 1, 4),
            new Node(0, 2, 0),
            new Node(1, 2, 2),
            new Node(3, 3, 0),
            new Node(3, 3, 1)));
    private static Compute compute;
    private static DecoderNetwork target;
    private static final Map<String, Supplier<Drafter>> DRAFTERS = new LinkedHashMap<>();

    @BeforeAll
    static void pack() {
        compute = Compute.of(2, DType.FLOAT32);
        LanguageNetwork network = TinyNetworks.llama(VOCABULARY, 2, 5);
        target = DecoderNetwork.of(compute, network);
        TokenHeads medusa = heads(network, new HeadSettings(HeadKind.MEDUSA, HEADS, Head.TIED));
        TokenHeads own = heads(network, new HeadSettings(HeadKind.MEDUSA, HEADS, Head.UNTIED));
        TokenHeads parallel = heads(network, HeadSettings.of(HeadKind.PARALLEL, HEADS));
        TokenHeads sequential = heads(network, HeadSettings.of(HeadKind.SEQUENTIAL, HEADS));
        DRAFTERS.put("medusa", () -> HeadDrafters.chain(target, medusa, CACHE, HEADS));
        DRAFTERS.put("medusa own scores", () -> HeadDrafters.chain(target, own, CACHE, 2));
        DRAFTERS.put("medusa tree", () -> HeadDrafters.tree(target, medusa, CACHE, TREE));
        DRAFTERS.put("parallel", () -> HeadDrafters.chain(target, parallel, CACHE, HEADS));
        DRAFTERS.put("parallel tree", () -> HeadDrafters.tree(target, parallel, CACHE, TREE));
        DRAFTERS.put("sequential", () -> HeadDrafters.chain(target, sequential, CACHE, HEADS));
    }

    private static TokenHeads heads(LanguageNetwork network, HeadSettings settings) {
        TokenHeads heads = settings.create(network, 9);
        TinyNetworks.enlarge(heads);
        return heads;
    }

    @AfterAll
    static void close() {
        compute.close();
        DRAFTERS.clear();
    }

    static Stream<String> drafters() {
        return Stream.of("medusa", "medusa own scores", "medusa tree", "parallel", "parallel tree", "sequential");
    }

    private static List<GenerationRequest> requests(SamplingSettings sampling) {
        Philox random = new Philox(3, 0);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int prompt = 0; prompt < 4; prompt++) {
            // One of a single token, before which nothing can be drafted; one longer than what heads read at a time.
            int[] ids = new int[prompt == 0 ? 1 : prompt == 1 ? 300 : 1 + random.nextInt(40)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = random.nextInt(VOCABULARY);
            }
            requests.add(GenerationRequest.of(prompt, ids, sampling, StopSettings.after(40 - prompt)));
        }
        return requests;
    }

    private static List<GenerationResult> write(
            List<GenerationRequest> requests, int live, Drafter drafter, AcceptanceRule rule, DraftLength length) {
        Speculation speculation = drafter == null ? null : new Speculation(drafter, rule, length);
        try (Generator generator =
                new Generator(target, TokenBytes.BYTES, new GeneratorSettings(live, 50, CACHE), speculation)) {
            return generator.generate(requests);
        }
    }

    /** Depths that change from step to step, with steps without drafts. */
    private static DraftLength changing() {
        int[] step = {0};
        return live -> new int[] {3, 0, 1, 3, 0, 0, 2, 3}[step[0]++ % 8];
    }

    private static void assertSame(List<GenerationResult> written, List<GenerationResult> plain, String what) {
        for (int i = 0; i < plain.size(); i++) {
            assertThat(written.get(i).tokens())
                    .as(what + " " + i)
                    .isEqualTo(plain.get(i).tokens());
        }
    }

    @ParameterizedTest
    @MethodSource("drafters")
    void textsAreTheSameAsWithoutDrafts(String name) {
        for (SamplingSettings sampling : List.of(
                SamplingSettings.GREEDY,
                SamplingSettings.temperature(1, 42),
                new SamplingSettings(0.8, 9, 0.9, 0.02, 1.2, 43))) {
            List<GenerationRequest> requests = requests(sampling);
            List<GenerationResult> plain = write(requests, 2, null, null, null);
            for (int live : new int[] {1, 4}) {
                Supplier<Drafter> drafter = DRAFTERS.get(name);
                AcceptanceRule match = AcceptanceRules.sampleMatch();
                assertSame(write(requests, live, drafter.get(), match, DraftLength.fixed(3)), plain, name);
                assertSame(write(requests, live, drafter.get(), match, changing()), plain, name + " changing");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("drafters")
    void everyRuleReadsTheDrafts(String name) {
        for (AcceptanceRule rule : AcceptanceRules.ALL) {
            List<GenerationRequest> requests = requests(SamplingSettings.temperature(1, 4));
            List<GenerationResult> once = write(requests, 1, DRAFTERS.get(name).get(), rule, DraftLength.fixed(3));
            List<GenerationResult> again = write(requests, 3, DRAFTERS.get(name).get(), rule, DraftLength.fixed(3));
            assertSame(again, once, name + " " + rule.name());
        }
    }

    private static SequenceSampler sampler(int sequence, TokenHistory history) {
        return new SequenceSampler(SamplingSettings.temperature(1, 5), new SeededChance(5, sequence, 0), history);
    }

    private static DraftTree drafted(
            Drafter drafter, SequenceSampler sampler, DraftRequest.Drawing drawing, int depth) {
        DraftRequest request = new DraftRequest(0, sampler, depth, drafter.nodes(depth), drawing, new DraftTree());
        drafter.draft(List.of(request));
        return request.tree();
    }

    /** Tells a drafter of all tokens that it does not know, but the last one. */
    private static void observe(Drafter drafter, TokenHistory history, int from) {
        KvCache cache = target.cache(CACHE);
        try (CachedSequence sequence = cache.open(POSITIONS)) {
            NodeBatch batch = new NodeBatch();
            int parent = CachedSequence.COMMITTED;
            for (int i = 0; i < history.length() - 1; i++) {
                parent = batch.add(sequence, history.token(i), parent, NodeBatch.Wanted.HIDDEN);
            }
            DecoderRows rows = target.forward(cache, batch);
            int[] numbers = IntStream.range(from, history.length() - 1).toArray();
            drafter.observe(new Observation(0, from, rows, numbers));
        }
    }

    @ParameterizedTest
    @MethodSource("drafters")
    void aDrafterThatFollowedATextDraftsWhatOneDraftsThatHasJustMetIt(String name) {
        Philox random = new Philox(8, 0);
        for (DraftRequest.Drawing drawing : DraftRequest.Drawing.values()) {
            Drafter follower = DRAFTERS.get(name).get();
            SequenceSampler sampler = sampler(0, new TokenHistory(1, 2, 3));
            follower.open(0, sampler, POSITIONS);
            int known = 0;
            for (int step = 0; step < 15; step++) {
                TokenHistory history = sampler.history();
                observe(follower, history, known);
                known = history.length() - 1;
                int depth = 1 + random.nextInt(follower.deepest());
                DraftTree followed = drafted(follower, sampler, drawing, depth);
                Drafter fresh = DRAFTERS.get(name).get();
                fresh.open(0, sampler, POSITIONS);
                observe(fresh, history, 0);
                DraftTree expected = drafted(fresh, sampler, drawing, depth);
                assertThat(followed.size()).isEqualTo(expected.size()).isEqualTo(follower.nodes(depth));
                for (int node = 0; node < expected.size(); node++) {
                    assertThat(followed.token(node)).isEqualTo(expected.token(node));
                    assertThat(followed.parent(node)).isEqualTo(expected.parent(node));
                    assertThat(followed.distribution(node)).isEqualTo(expected.distribution(node));
                }
                fresh.close();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    history.push(random.nextInt(VOCABULARY));
                }
            }
            follower.close(0);
            assertThat(follower.hasRoomFor(POSITIONS)).isTrue();
            follower.close();
        }
    }

    /** Rows that count; the separator begins them. */
    private static int[][] counting(int step) {
        int[][] rows = new int[8][24];
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < rows[row].length; i++) {
                rows[row][i] = 1 + (5 * step + 2 * row + i) % (HeadSamples.VOCABULARY - 1);
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(HeadKind.class)
    void ofACountingTextAllTokensAreDrafted(HeadKind kind) {
        TrainableModel model = kind == HeadKind.MEDUSA
                ? HeadSamples.model(
                        "llama",
                        "howdah.model.medusa.kind",
                        "joint",
                        "howdah.model.medusa.heads",
                        "2",
                        "howdah.model.medusa.weight",
                        "1")
                : HeadSamples.mtp("llama", kind, 2);
        HeadSamples.train(model, kind == HeadKind.MEDUSA ? 250 : 100, 0.01, HeadDraftersTest::counting);
        LanguageNetwork network = (LanguageNetwork) model.module();
        DecoderNetwork decoder = DecoderNetwork.of(compute, network);
        TokenHeads heads = LanguageModels.heads(model).orElseThrow();
        Drafter drafter = HeadDrafters.chain(decoder, heads, CACHE, 2);
        Speculation speculation = new Speculation(drafter, AcceptanceRules.sampleMatch(), DraftLength.fixed(2));
        GenerationRequest request =
                GenerationRequest.of(0, new int[] {0, 3, 4, 5}, SamplingSettings.GREEDY, StopSettings.after(42));
        try (Generator generator =
                new Generator(decoder, TokenBytes.BYTES, GeneratorSettings.of(1, CACHE), speculation)) {
            int[] text = generator.generate(List.of(request)).get(0).tokens();
            for (int i = 0; i < text.length; i++) {
                assertThat(text[i]).isEqualTo(1 + (5 + i) % (HeadSamples.VOCABULARY - 1));
            }
            DecodingStatistics counts = generator.statistics();
            assertThat(counts.steps()).isEqualTo(42 / 3);
            assertThat(counts.acceptance(1)).isEqualTo(1);
            assertThat(counts.acceptance(2)).isEqualTo(1);
        }
        HeadCalibrator calibrator = new HeadCalibrator(network, heads, 48, 4);
        network.evaluate();
        calibrator.add(new int[] {0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 4);
        // Rows 2, 5 and 8, of which the last one has no token for the second head.
        assertThat(calibrator.result().places()).isDeepEqualTo(new long[][] {{3, 0}, {2, 0}});
        assertThat(calibrator.result().rate(0, Before.FIRST, 0)).isEqualTo(1);
        assertThat(calibrator.result().rate(1, Before.FIRST, 0)).isEqualTo(1);
        network.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"PARALLEL", "SEQUENTIAL"})
    void ofTokensThatNobodyCanTellNoneIsFound(HeadKind kind) {
        TrainableModel model = HeadSamples.mtp("llama", kind, 2);
        Philox random = new Philox(21, 0);
        HeadSamples.train(model, 30, 0.01, step -> new int[][] {text(random), text(random), text(random)});
        LanguageNetwork network = (LanguageNetwork) model.module();
        network.evaluate();
        HeadCalibrator calibrator =
                new HeadCalibrator(network, LanguageModels.heads(model).orElseThrow(), 48, 4);
        for (int i = 0; i < 20; i++) {
            calibrator.add(text(random), 0);
        }
        for (int head = 0; head < 2; head++) {
            // 15 tokens, about 850 places; of the second head, behind a first one with the token among its ranks, a
            // quarter.
            long places = LongStream.of(calibrator.result().places()[head]).sum();
            long hits = Stream.of(calibrator.result().hits()[head])
                    .mapToLong(ranks -> ranks[0])
                    .sum();
            assertThat((double) hits / places).isLessThan(0.12);
        }
        network.close();
    }

    private static int[] text(Philox random) {
        return IntStream.generate(() -> 1 + random.nextInt(HeadSamples.VOCABULARY - 1))
                .limit(48)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({"1, FLOAT32", "2, BFLOAT16"})
    void medusasHeadsStartAsTheModelsOwn(int threads, DType dtype) {
        LanguageNetwork network = TinyNetworks.gpt2(VOCABULARY, 1, 4);
        try (Compute own = Compute.of(threads, dtype)) {
            DecoderNetwork decoder = DecoderNetwork.of(own, network);
            for (Head scores : Head.values()) {
                TokenHeads heads = new HeadSettings(HeadKind.MEDUSA, HEADS, scores).create(network, 1);
                MedusaRows rows = new MedusaRows(decoder, (MedusaHeads) heads);
                KvCache cache = decoder.cache(CACHE);
                try (CachedSequence sequence = cache.open(POSITIONS)) {
                    NodeBatch batch = new NodeBatch();
                    batch.add(sequence, 7, CachedSequence.COMMITTED, NodeBatch.Wanted.LOGITS);
                    DecoderRows said = decoder.forward(cache, batch);
                    rows.open(0, POSITIONS);
                    rows.observe(new Observation(0, 0, said, new int[] {0}));
                    SequenceSampler sampler = sampler(0, new TokenHistory(7, 1));
                    DraftRequest request =
                            new DraftRequest(0, sampler, HEADS, HEADS, DraftRequest.Drawing.LIKELIEST, new DraftTree());
                    float[] found = rows.scores(List.of(request), HEADS);
                    for (int head = 0; head < HEADS; head++) {
                        int from = head * VOCABULARY;
                        assertThat(Arrays.copyOfRange(found, from, from + VOCABULARY))
                                .containsExactly(said.logits(0));
                    }
                }
                heads.close();
            }
        }
        network.close();
    }

    @Test
    void refusesTreesAndHeadsThatDoNotFit() {
        LanguageNetwork network = TinyNetworks.llama(VOCABULARY + 1, 1, 5);
        TokenHeads other = HeadSettings.of(HeadKind.SEQUENTIAL, 2).create(network, 9);
        assertThatThrownBy(() -> HeadDrafters.chain(target, other, CACHE, 2))
                .hasMessageContaining("vocabulary=25, expected the model's 32 and 24");
        DecoderNetwork decoder = DecoderNetwork.of(compute, network);
        assertThatThrownBy(() -> HeadDrafters.tree(decoder, other, CACHE, TREE)).hasMessageContaining("draft a chain");
        assertThatThrownBy(() -> HeadDrafters.chain(decoder, other, CACHE, 3)).hasMessageContaining("depth=3");
        TokenHeads medusa = HeadSettings.of(HeadKind.MEDUSA, 2).create(network, 9);
        assertThatThrownBy(() -> HeadDrafters.tree(decoder, medusa, CACHE, TREE))
                .hasMessageContaining("heads=2 depth of the tree=3");
        List.of(other, medusa, network).forEach(Module::close);
    }
}
