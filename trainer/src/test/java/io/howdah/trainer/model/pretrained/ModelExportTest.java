// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.NextTokenModel;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was exported reads back as it was. */
class ModelExportTest {
    private static final String SET = "exported";
    private static final Map<String, String> PROPERTIES = Map.of("vocabulary", "256", "separator", "3");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static TrainableModel model(Map<String, String> settings) {
        Config config = Config.parse(new KeyTable(ModelKeys.ALL), settings);
        return Models.create(config, PROPERTIES, 1);
    }

    private static MemoryModelFolder exported(MemoryBlobStore blobs, List<String> files) throws IOException {
        MemoryModelFolder folder = new MemoryModelFolder();
        for (String file : files) {
            try (InputStream in = blobs.open(SET, file)) {
                folder.put(file, in.readAllBytes());
            }
        }
        return folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-tied", "gpt2-erf-bfloat16", "llama3-shards", "llama-tied-float16"})
    void aPretrainedModelComesBackWithItsTokenizer(String name) throws IOException {
        MemoryModelFolder origin = MemoryModelFolder.golden(name);
        LanguageNetwork network = PretrainedModel.open(origin).network();
        MemoryBlobStore blobs = new MemoryBlobStore();
        long missed = Garbage.collect();
        ModelExport.of(new NextTokenModel("test", network, 1), DType.FLOAT32).write(blobs, SET, origin);
        assertThat(Garbage.collect()).isEqualTo(missed);
        MemoryModelFolder folder = exported(
                blobs, List.of("config.json", "model.safetensors", "tokenizer.json", "generation_config.json"));
        assertThat(folder.bytes("tokenizer.json")).isEqualTo(origin.bytes("tokenizer.json"));
        assertThat(folder.bytes("generation_config.json")).isEqualTo(origin.bytes("generation_config.json"));
        PretrainedModel again = PretrainedModel.open(folder);
        assertThat(again.settings()).isEqualTo(PretrainedModel.open(origin).settings());
        LanguageNetwork back = again.network();
        assertThat(back.stateDict().keySet()).isEqualTo(network.stateDict().keySet());
        network.stateDict()
                .forEach((path, tensor) -> assertThat(back.stateDict().get(path).toFloats())
                        .as(path)
                        .isEqualTo(tensor.toFloats()));
        assertThat(PretrainedModelTest.largestDifference(back, origin)).isLessThan(1e-4);
        back.close();
        network.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "bfloat16", "float16"})
    void everyDtypeIsWrittenRounded(String dtype) throws IOException {
        for (String name : List.of("gpt2", "llama")) {
            TrainableModel model = model(Map.of(
                    "howdah.model.name",
                    name,
                    "howdah.lm.width",
                    "12",
                    "howdah.lm.layers",
                    "1",
                    "howdah.lm.heads",
                    "2"));
            MemoryBlobStore blobs = new MemoryBlobStore();
            ModelExport.of(model, DType.named(dtype)).write(blobs, SET, null);
            MemoryModelFolder folder =
                    exported(blobs, List.of("config.json", "model.safetensors", "generation_config.json"));
            JsonNode config = JSON.readTree(folder.bytes("config.json"));
            assertThat(config.path("dtype").asText()).isEqualTo(dtype);
            assertThat(config.path("eos_token_id").asInt()).isEqualTo(3);
            LanguageNetwork back = PretrainedModel.open(folder).network();
            double bound = dtype.equals("float32") ? 0 : dtype.equals("bfloat16") ? 0x1p-8 : 0x1p-10;
            model.module().stateDict().forEach((path, tensor) -> {
                float[] rounded = back.stateDict().get(path).toFloats();
                float[] exact = tensor.toFloats();
                for (int i = 0; i < exact.length; i++) {
                    assertThat((double) Math.abs(rounded[i] - exact[i]))
                            .as(path)
                            .isLessThanOrEqualTo(bound * Math.abs(exact[i]) + (bound == 0 ? 0 : 1e-6));
                }
            });
            back.close();
            model.module().close();
        }
    }

    /** What is forgotten in an architecture's table would be lost in an export. */
    @Test
    void everyParameterHasItsParts() throws IOException {
        for (String name : List.of("gpt2-tied", "gpt2-erf-bfloat16", "llama3-shards", "llama-tied-float16")) {
            LanguageNetwork network =
                    PretrainedModel.open(MemoryModelFolder.golden(name)).network();
            Set<String> covered = new HashSet<>();
            long elements = 0;
            for (TensorPart part : Architectures.of(network).parts(network)) {
                covered.add(part.parameter());
                elements += part.of(network.parameter(part.parameter())).elements();
            }
            assertThat(covered).as(name).isEqualTo(network.parameters().keySet());
            assertThat(elements)
                    .as(name)
                    .isEqualTo(network.parameters().values().stream()
                            .mapToLong(Tensor::elements)
                            .sum());
            network.close();
        }
    }

    @Test
    void theTokenizerOfBytesNamesEveryByteOnce() throws IOException {
        ByteTokenizer tokenizer = new ByteTokenizer();
        JsonNode vocabulary;
        try (InputStream in = tokenizer.open("tokenizer.json")) {
            vocabulary = JSON.readTree(in.readAllBytes()).path("model").path("vocab");
        }
        assertThat(vocabulary.size()).isEqualTo(256);
        // As GPT-2 names letters, the newline, the space and the byte after the printable ones.
        assertThat(vocabulary.path("A").asInt(-1)).isEqualTo('A');
        assertThat(vocabulary.path("\u010a").asInt(-1)).isEqualTo('\n');
        assertThat(vocabulary.path("\u0120").asInt(-1)).isEqualTo(' ');
        assertThat(vocabulary.path("\u0143").asInt(-1)).isEqualTo(0xAD);
        assertThatThrownBy(() -> tokenizer.open("merges.txt")).isInstanceOf(IOException.class);
    }

    @Test
    void refusesWhatTheLibraryLacksAndWeightsThatDoNotFit() throws IOException {
        TrainableModel bert = model(Map.of("howdah.model.name", "bert", "howdah.lm.layers", "1"));
        assertThatThrownBy(() -> ModelExport.of(bert, DType.FLOAT32))
                .hasMessageContaining("model=bert, expected one of [gpt2, llama]");
        bert.module().close();
        TrainableModel gpt = model(Map.of(
                "howdah.model.name", "gpt2", "howdah.lm.width", "12", "howdah.lm.layers", "1", "howdah.lm.heads", "2"));
        assertThatThrownBy(() -> ModelExport.of(gpt, DType.INT32))
                .hasMessageContaining("dtype=int32, expected float32");
        Tensor weight = gpt.module().parameter("blocks.0.up.weight");
        weight.buffer().asFloatBuffer().put(0, 1e5f);
        MemoryBlobStore blobs = new MemoryBlobStore();
        assertThatThrownBy(() -> ModelExport.of(gpt, DType.FLOAT16).write(blobs, SET, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "tensor=transformer.h.0.mlp.c_fc.weight has elements that are not finite in float16");
        assertThat(blobs.committed()).isEmpty();
        ModelExport.of(gpt, DType.BFLOAT16).write(blobs, SET, null);
        assertThat(blobs.committed()).containsExactly(SET);
        assertThatThrownBy(() -> ModelExport.of(gpt, DType.BFLOAT16).write(blobs, SET, null))
                .isInstanceOf(IOException.class);
        gpt.module().close();
    }
}
