// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.ModelDrafter;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts end where they have to, also in the middle of a block of accepted drafts. */
class GeneratorEndsTest {
    private static final int VOCABULARY = 26;
    private static final long CACHE = 1 << 24;
    private static final SamplingSettings SAMPLING = SamplingSettings.temperature(1, 11);

    /** Token n is the letter n of the alphabet; every third one has two letters. */
    private static final TokenBytes LETTERS = token -> {
        String letter = Character.toString('a' + token);
        return (token % 3 == 0 ? letter + letter : letter).getBytes(StandardCharsets.UTF_8);
    };

    private static Compute compute;
    private static DecoderNetwork target;

    @BeforeAll
    static void pack() {
        compute = Compute.of(2, DType.FLOAT32);
        LanguageNetwork network = TinyNetworks.llama(VOCABULARY, 2, 21);
        target = DecoderNetwork.of(compute, network);
        network.close();
    }

    @AfterAll
    static void close() {
        compute.close();
    }

    /** Written with perfect drafts of so many tokens, or plainly for 0. */
    private static GenerationResult write(StopSettings stop, int depth) {
        Speculation speculation = depth == 0
                ? null
                : new Speculation(
                        ModelDrafter.of(target.first(2), CACHE, depth),
                        AcceptanceRules.sampleMatch(),
                        DraftLength.fixed(depth));
        try (Generator generator = new Generator(target, LETTERS, GeneratorSettings.of(2, CACHE), speculation)) {
            GenerationResult result = generator
                    .generate(List.of(GenerationRequest.of(4, new int[] {1, 2, 3}, SAMPLING, stop)))
                    .get(0);
            assertThat(generator.live()).isZero();
            DecodingStatistics counts = generator.statistics();
            assertThat(counts.written()).isEqualTo(result.tokens().length);
            assertThat(counts.meanAcceptedLength()).isBetween(1.0, depth + 1.0);
            return result;
        }
    }

    private static String text(GenerationResult result) {
        return new String(result.bytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 7})
    void endsAtEndTokensStopStringsAndTheMaximum(int depth) {
        GenerationResult whole = write(StopSettings.after(60), 0);
        String letters = text(whole);
        String absent = letters + letters;
        assertThat(whole.reason()).isEqualTo(EndReason.MAXIMUM);
        for (int maximum = 1; maximum < 12; maximum++) {
            GenerationResult cut = write(StopSettings.after(maximum), depth);
            assertThat(cut.tokens()).isEqualTo(Arrays.copyOf(whole.tokens(), maximum));
            assertThat(cut.reason()).isEqualTo(EndReason.MAXIMUM);
        }
        int end = whole.tokens()[17];
        int first = IntStream.range(0, 60)
                .filter(i -> whole.tokens()[i] == end)
                .findFirst()
                .orElseThrow();
        GenerationResult ended = write(new StopSettings(60, Set.of(end), List.of()), depth);
        assertThat(ended.reason()).isEqualTo(EndReason.END_TOKEN);
        assertThat(ended.tokens()).isEqualTo(Arrays.copyOf(whole.tokens(), first + 1));
        assertThat(letters).startsWith(text(ended));
        for (int from = 3; from < 30; from += 4) {
            String stop = letters.substring(from, from + 3);
            GenerationResult stopped = write(new StopSettings(60, Set.of(), List.of(stop, absent)), depth);
            assertThat(stopped.reason()).isEqualTo(EndReason.STOP_STRING);
            assertThat(text(stopped)).isEqualTo(letters.substring(0, letters.indexOf(stop)));
            assertThat(stopped.tokens()).isEqualTo(Arrays.copyOf(whole.tokens(), stopped.tokens().length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 7})
    void endsWithTheContext(int depth) {
        GenerationResult result = write(StopSettings.after(100_000), depth);
        assertThat(result.reason()).isEqualTo(EndReason.CONTEXT);
        assertThat(result.tokens()).hasSize(target.context() - 3);
    }

    @Test
    void refusesPromptsThatItCannotReadAndSaysWhatFits() {
        try (Generator generator = new Generator(
                target, LETTERS, GeneratorSettings.of(1, target.cache(CACHE).pageBytes()), null)) {
            int[] tooLong = new int[target.context()];
            assertThatThrownBy(
                            () -> generator.submit(GenerationRequest.of(0, tooLong, SAMPLING, StopSettings.after(1))))
                    .hasMessageContaining("the context 600");
            assertThatThrownBy(() -> generator.submit(
                            GenerationRequest.of(0, new int[] {VOCABULARY}, SAMPLING, StopSettings.after(1))))
                    .hasMessageContaining("token=26");
            assertThatThrownBy(() ->
                            generator.submit(GenerationRequest.of(7, new int[] {1}, SAMPLING, StopSettings.after(64))))
                    .hasMessageContaining("prompt=7");
            generator.submit(GenerationRequest.of(7, new int[] {1}, SAMPLING, StopSettings.after(63)));
            assertThat(generator.isBusy()).isTrue();
        }
        assertThatThrownBy(() -> GenerationRequest.of(0, new int[0], SAMPLING, StopSettings.after(1)))
                .hasMessageContaining("no tokens");
    }

    @Test
    void sequencesJoinAndLeaveBetweenSteps() {
        List<GenerationRequest> requests = IntStream.range(0, 12)
                .mapToObj(i -> GenerationRequest.of(i, new int[] {i, 2 * i}, SAMPLING, StopSettings.after(5 + 3 * i)))
                .toList();
        try (Generator generator = new Generator(target, LETTERS, GeneratorSettings.of(4, CACHE), null)) {
            requests.forEach(generator::submit);
            int most = 0;
            int ended = 0;
            long steps = 0;
            while (generator.isBusy()) {
                ended += generator.step().size();
                most = Math.max(most, generator.live());
                steps++;
            }
            assertThat(ended).isEqualTo(12);
            assertThat(most).isEqualTo(4);
            long tokens = requests.stream().mapToLong(r -> r.stop().maximum()).sum();
            assertThat(steps).isLessThan(tokens);
            DecodingStatistics counts = generator.statistics();
            assertThat(counts.prefillTokens()).isEqualTo(12);
            assertThat(counts.written()).isEqualTo(tokens).isEqualTo(counts.steps());
            assertThat(counts.json().get("written").asLong()).isEqualTo(tokens);
            assertThat(counts.plus(counts).written()).isEqualTo(2 * tokens);
            assertThat(counts.table()).contains("tokens/s");
        }
    }
}
