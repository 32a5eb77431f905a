// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.DraftTree;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.ModelDrafter;
import io.howdah.trainer.decode.speculate.NgramDrafter;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Under the default rule drafts change nothing but the time: the same tokens, whatever is drafted. */
class SpeculationIdentityTest {
    private static final int VOCABULARY = 24;
    private static final int PROMPTS = 5;
    private static final long CACHE = 1 << 25;
    private static Compute compute;
    private static DecoderNetwork target;
    private static DecoderNetwork small;

    @BeforeAll
    static void pack() {
        compute = Compute.of(2, DType.FLOAT32);
        target = packed(TinyNetworks.llama(VOCABULARY, 2, 5));
        small = packed(TinyNetworks.llama(VOCABULARY, 1, 6));
    }

    private static DecoderNetwork packed(LanguageNetwork network) {
        DecoderNetwork decoder = DecoderNetwork.of(compute, network);
        network.close();
        return decoder;
    }

    @AfterAll
    static void close() {
        compute.close();
    }

    private static List<GenerationRequest> requests(SamplingSettings sampling, int tokens) {
        Philox random = new Philox(3, 0);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            int[] ids = new int[1 + random.nextInt(90)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = random.nextInt(VOCABULARY);
            }
            requests.add(new GenerationRequest(
                    prompt,
                    prompt % 2,
                    ids,
                    sampling,
                    StopSettings.after(tokens - prompt),
                    GenerationRequest.Logprobs.WRITTEN));
        }
        return requests;
    }

    private static List<GenerationResult> write(
            List<GenerationRequest> requests, int live, Supplier<Drafter> drafter, int depth) {
        Speculation speculation = drafter == null
                ? null
                : new Speculation(drafter.get(), AcceptanceRules.sampleMatch(), DraftLength.fixed(depth));
        try (Generator generator =
                new Generator(target, TokenBytes.BYTES, new GeneratorSettings(live, 50, CACHE), speculation)) {
            List<GenerationResult> results = generator.generate(requests);
            DecodingStatistics counts = generator.statistics();
            assertThat(counts.written())
                    .isEqualTo(
                            results.stream().mapToLong(r -> r.tokens().length).sum())
                    .isBetween(counts.steps(), counts.steps() + counts.acceptedTokens());
            assertThat(counts.sequences()).isEqualTo(requests.size());
            return results;
        }
    }

    private static Supplier<Drafter> scripted(int deepest, IntUnaryOperator nodes, Consumer<DraftRequest> script) {
        return () -> new ScriptedDrafter(deepest, nodes, script);
    }

    private static void chain(DraftRequest request, IntUnaryOperator token) {
        for (int i = 0; i < request.depth(); i++) {
            request.tree()
                    .add(i - 1, token.applyAsInt(request.sampler().history().length() + i));
        }
    }

    /** Any tree of up to 9 nodes, token 0 and equal siblings included. */
    private static void randomTree(DraftRequest request, Philox random) {
        DraftTree tree = request.tree();
        for (int i = 0; i < request.nodes(); i++) {
            int parent = random.nextInt(i + 1) - 1;
            if (parent == DraftTree.ROOT || tree.depth(parent) < request.depth()) {
                tree.add(parent, random.nextInt(3));
            } else {
                tree.add(DraftTree.ROOT, 0);
            }
        }
    }

    private static Map<String, Supplier<Drafter>> drafters() {
        Map<String, Supplier<Drafter>> drafters = new LinkedHashMap<>();
        drafters.put("ngram", () -> new NgramDrafter(1, 3, 8));
        drafters.put("model", () -> ModelDrafter.of(small, CACHE, 8));
        drafters.put("early-exit", () -> ModelDrafter.earlyExit(target, 1, CACHE, 8));
        drafters.put("itself", () -> ModelDrafter.of(target.first(2), CACHE, 8));
        Philox random = new Philox(17, 0);
        drafters.put("random", scripted(8, depth -> depth, r -> chain(r, i -> random.nextInt(VOCABULARY))));
        drafters.put("nothing", scripted(8, depth -> depth, r -> {}));
        drafters.put("tree", scripted(8, depth -> depth + 9, r -> randomTree(r, random)));
        return drafters;
    }

    private static void assertSame(List<GenerationResult> written, List<GenerationResult> plain, String what) {
        for (int i = 0; i < plain.size(); i++) {
            assertThat(written.get(i).tokens()).as(what).isEqualTo(plain.get(i).tokens());
            assertThat(written.get(i).logprobs())
                    .as(what)
                    .isEqualTo(plain.get(i).logprobs());
            assertThat(written.get(i).bytes()).as(what).isEqualTo(plain.get(i).bytes());
            assertThat(written.get(i).reason()).as(what).isEqualTo(plain.get(i).reason());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void greedyTextsAreTheSameForAnyDrafterAndDepth(int depth) {
        List<GenerationRequest> requests = requests(SamplingSettings.GREEDY, 80);
        List<GenerationResult> plain = write(requests, 1, null, 0);
        drafters()
                .forEach((name, drafter) ->
                        assertSame(write(requests, 1 + depth % PROMPTS, drafter, depth), plain, name + " " + depth));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7})
    void longGreedyTextsAreTheSame(int depth) {
        List<GenerationRequest> requests = requests(SamplingSettings.GREEDY, 512 + PROMPTS).stream()
                .filter(request -> request.tokens().length < 80)
                .limit(3)
                .toList();
        List<GenerationResult> plain = write(requests, 3, null, 0);
        assertThat(plain).hasSize(3).allMatch(result -> result.tokens().length >= 512);
        drafters()
                .forEach((name, drafter) -> assertSame(write(requests, 3, drafter, depth), plain, name + " " + depth));
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1, 0, 1", "0.7, 5, 1, 0, 1", "1.3, 0, 0.8, 0, 1.2", "0.9, 10, 0.9, 0.05, 0.8"})
    void sampledTextsAreTheSameForAnyDrafter(double temperature, int k, double p, double least, double penalty) {
        SamplingSettings sampling = new SamplingSettings(temperature, k, p, least, penalty, 42);
        List<GenerationRequest> requests = requests(sampling, 50);
        List<GenerationResult> plain = write(requests, 3, null, 0);
        assertSame(write(requests, 2, null, 0), plain, "again");
        drafters().forEach((name, drafter) -> assertSame(write(requests, 4, drafter, 4), plain, name));
        SamplingSettings other = new SamplingSettings(temperature, k, p, least, penalty, 43);
        assertThat(write(requests(other, 50), 3, null, 0).get(0).tokens())
                .isNotEqualTo(plain.get(0).tokens());
    }

    @Test
    void perfectDraftsAreKeptWholeAndWrongOnesNotAtAll() {
        List<GenerationRequest> requests = requests(SamplingSettings.temperature(1, 9), 60);
        List<GenerationResult> plain = write(requests, 1, null, 0);
        GenerationRequest request = requests.get(0);
        int[] text = plain.get(0).tokens();
        int prompt = request.tokens().length;
        for (int depth = 1; depth <= 8; depth++) {
            DecodingStatistics perfect = counts(request, depth, i -> text[i - prompt]);
            assertThat(perfect.forwards()).isEqualTo((text.length + depth) / (depth + 1));
            assertThat(perfect.written()).isEqualTo(text.length);
            DecodingStatistics wrong = counts(request, depth, i -> (text[i - prompt] + 1) % VOCABULARY);
            assertThat(wrong.forwards()).isEqualTo(text.length);
            assertThat(wrong.acceptedTokens()).isZero();
            assertThat(wrong.meanAcceptedLength()).isEqualTo(1);
        }
    }

    private static DecodingStatistics counts(GenerationRequest request, int depth, IntUnaryOperator token) {
        Drafter drafter = scripted(depth, d -> d, r -> chain(r, token)).get();
        Speculation speculation = new Speculation(drafter, AcceptanceRules.sampleMatch(), DraftLength.fixed(depth));
        try (Generator generator =
                new Generator(target, TokenBytes.BYTES, GeneratorSettings.of(1, CACHE), speculation)) {
            generator.generate(List.of(request));
            return generator.statistics();
        }
    }

    @Test
    void refusesAnotherVocabularyAndDraftsThatAreTooMany() {
        DecoderNetwork other = packed(TinyNetworks.gpt2(VOCABULARY + 1, 1, 1));
        Speculation mismatch =
                new Speculation(ModelDrafter.of(other, CACHE, 2), AcceptanceRules.sampleMatch(), DraftLength.fixed(2));
        assertThatThrownBy(() -> new Generator(target, TokenBytes.BYTES, GeneratorSettings.of(1, CACHE), mismatch))
                .hasMessageContaining("vocabulary=25, expected the model's 24");
        Supplier<Drafter> many = scripted(2, d -> d, r -> chain(r, i -> 0));
        Supplier<Drafter> more = scripted(2, d -> d, r -> {
            chain(r, i -> 0);
            r.tree().add(0, 1);
        });
        List<GenerationRequest> requests = requests(SamplingSettings.GREEDY, 20);
        assertThat(write(requests, 1, many, 2)).hasSize(PROMPTS);
        assertThatThrownBy(() -> write(requests, 1, more, 2)).hasMessageContaining("correct the drafter");
    }
}
