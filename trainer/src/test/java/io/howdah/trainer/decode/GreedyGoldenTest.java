// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.NgramDrafter;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.pretrained.MemoryModelFolder;
import io.howdah.trainer.model.pretrained.PretrainedModel;
import io.howdah.trainer.tensor.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain and speculative decoding of converted models write what the transformers library writes, token for token. */
class GreedyGoldenTest {
    private static List<JsonNode> texts(String model) throws IOException {
        List<JsonNode> texts = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(GreedyGoldenTest.class.getResourceAsStream("/golden/decoding/greedy.jsonl")),
                StandardCharsets.UTF_8))) {
            ObjectMapper mapper = new ObjectMapper();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode text = mapper.readTree(line);
                if (text.get("model").asText().equals(model)) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    private static int[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-tied", "gpt2-erf-bfloat16", "llama3-shards", "llama-tied-float16"})
    void writesWhatTheLibraryWrites(String name) throws IOException {
        List<JsonNode> texts = texts(name);
        assertThat(texts).hasSize(6);
        LanguageNetwork network =
                PretrainedModel.open(MemoryModelFolder.golden(name)).network();
        try (Compute compute = Compute.of(2, DType.FLOAT32)) {
            DecoderNetwork decoder = DecoderNetwork.of(compute, network);
            network.close();
            List<GenerationRequest> requests = IntStream.range(0, texts.size())
                    .mapToObj(i -> GenerationRequest.of(
                            i,
                            numbers(texts.get(i).get("prompt")),
                            SamplingSettings.GREEDY,
                            StopSettings.after(texts.get(i).get("tokens").size())))
                    .toList();
            Speculation ngrams =
                    new Speculation(new NgramDrafter(1, 3, 4), AcceptanceRules.sampleMatch(), DraftLength.fixed(4));
            for (Speculation speculation : Arrays.asList(null, ngrams)) {
                try (Generator generator =
                        new Generator(decoder, TokenBytes.BYTES, GeneratorSettings.of(4, 1 << 20), speculation)) {
                    List<GenerationResult> results = generator.generate(requests);
                    for (int i = 0; i < results.size(); i++) {
                        assertThat(results.get(i).tokens())
                                .isEqualTo(numbers(texts.get(i).get("tokens")));
                    }
                }
            }
        }
    }
}
