// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.checkpoint.SafetensorsEntry;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.checkpoint.SafetensorsWriter;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that the transformers library wrote give its logits; broken ones are refused with everything that is wrong. */
class PretrainedModelTest {
    private static final String WEIGHTS = "model.safetensors";

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-tied", "gpt2-erf-bfloat16", "llama3-shards", "llama-tied-float16"})
    void givesTheLogitsOfTheLibrary(String name) throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden(name);
        PretrainedModel pretrained = PretrainedModel.open(folder);
        LanguageNetwork direct = pretrained.network();
        Config config = Config.parse(new KeyTable(ModelKeys.ALL), pretrained.settings());
        TrainableModel configured = Models.create(config, Map.of("vocabulary", "40", "separator", "1"), 1);
        pretrained.load((LanguageNetwork) configured.module());
        for (LanguageNetwork network : List.of(direct, (LanguageNetwork) configured.module())) {
            assertThat(largestDifference(network, folder)).as(name).isLessThan(1e-4);
            network.close();
        }
    }

    static double largestDifference(LanguageNetwork network, MemoryModelFolder expected) throws IOException {
        network.evaluate();
        double largest = 0;
        try (StepScope scope = StepScope.open();
                GradMode.Scope noGrad = GradMode.noGrad()) {
            Map<String, Tensor> tensors = tensors(expected.bytes("expected.safetensors"));
            float[] logits = network.forward(tensors.get("ids")).toFloats();
            float[] wanted = tensors.get("logits").toFloats();
            assertThat(logits).hasSameSizeAs(wanted);
            for (int i = 0; i < wanted.length; i++) {
                largest = Math.max(largest, Math.abs(logits[i] - wanted[i]));
            }
        }
        return largest;
    }

    private static Map<String, Tensor> tensors(byte[] file) throws IOException {
        return new SafetensorsReader(new ByteArrayInputStream(file), "test").remainingTensors();
    }

    /** The weights of a folder with some replaced or left out, written anew. */
    private static void rewrite(MemoryModelFolder folder, Map<String, Tensor> changes, List<String> left)
            throws IOException {
        Map<String, Tensor> all = new LinkedHashMap<>(tensors(folder.bytes(WEIGHTS)));
        all.putAll(changes);
        all.keySet().removeAll(left);
        List<SafetensorsEntry> entries = new ArrayList<>();
        all.forEach((name, tensor) -> entries.add(SafetensorsEntry.of(name, tensor)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter.write(out, Map.of(), entries);
        folder.put(WEIGHTS, out.toByteArray());
    }

    @Test
    void readsFilesWithoutPrefixAndWithWhatOlderVersionsWrote() throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden("gpt2-tied");
        try (StepScope scope = StepScope.open()) {
            Map<String, Tensor> all = tensors(folder.bytes(WEIGHTS));
            Map<String, Tensor> plain = new LinkedHashMap<>();
            all.forEach((name, tensor) -> plain.put(name.replace("transformer.", ""), tensor));
            plain.put("h.0.attn.bias", Tensor.of(new byte[4], 1, 1, 2, 2));
            plain.put("lm_head.weight", all.get("transformer.wte.weight"));
            rewrite(folder, plain, List.copyOf(all.keySet()));
        }
        LanguageNetwork network = PretrainedModel.open(folder).network();
        assertThat(largestDifference(network, folder)).isLessThan(1e-4);
        network.close();
    }

    @Test
    void tellsAllDifferencesAtOnceAndChangesNothing() throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden("gpt2-tied");
        LanguageNetwork network = PretrainedModel.open(folder).network();
        float[] before = network.parameter("tokens.weight").toFloats();
        try (StepScope scope = StepScope.open()) {
            rewrite(
                    folder,
                    Map.of(
                            "transformer.wpe.weight", Tensor.of(new float[6], 2, 3),
                            "transformer.ln_f.bias", Tensor.of(new int[16], 16),
                            "transformer.extra", Tensor.of(new float[1], 1)),
                    List.of("transformer.h.1.mlp.c_fc.weight", "transformer.wte.weight"));
        }
        long missed = Garbage.collect();
        assertThatThrownBy(() -> PretrainedModel.open(folder).load(network))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "folder=memory",
                        "missing: transformer.h.1.mlp.c_fc.weight [16, 64]",
                        "missing: transformer.wte.weight [40, 16]",
                        "shape differs: transformer.wpe.weight is [2, 3], expected [48, 16]",
                        "dtype differs: transformer.ln_f.bias is int32",
                        "unexpected: transformer.extra [1]");
        assertThatThrownBy(() -> PretrainedModel.open(folder).network()).hasMessageContaining("unexpected");
        assertThat(network.parameter("tokens.weight").toFloats()).isEqualTo(before);
        network.close();
        assertThat(Garbage.collect()).isEqualTo(missed);
    }

    @Test
    void namesTheTensorOfATruncatedFileAndFreesWhatWasRead() throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden("gpt2-tied");
        byte[] whole = folder.bytes(WEIGHTS);
        folder.put(WEIGHTS, Arrays.copyOf(whole, whole.length - 1));
        long missed = Garbage.collect();
        assertThatThrownBy(() -> PretrainedModel.open(folder).network())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory/model.safetensors, it ends within tensor transformer.");
        folder.put(WEIGHTS, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> PretrainedModel.open(folder).network())
                .hasMessageContaining("it goes on behind its last tensor");
        folder.put(WEIGHTS, Arrays.copyOf(whole, 100));
        assertThatThrownBy(() -> PretrainedModel.open(folder).network())
                .hasMessageContaining("it ends within its header");
        assertThat(Garbage.collect()).isEqualTo(missed);
    }

    @Test
    void refusesIncompleteShards() throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden("llama3-shards");
        byte[] shard = folder.bytes("model-00002-of-00003.safetensors");
        folder.remove("model-00002-of-00003.safetensors");
        assertThatThrownBy(() -> PretrainedModel.open(folder).network())
                .hasMessageContaining("lacks [model-00002-of-00003.safetensors]");
        folder.put("model-00002-of-00003.safetensors", folder.bytes("model-00001-of-00003.safetensors"));
        assertThatThrownBy(() -> PretrainedModel.open(folder).network())
                .hasMessageContainingAll(
                        "model.embed_tokens.weight is in several files", "is not in model-00002-of-00003.safetensors");
        folder.put("model-00002-of-00003.safetensors", shard);
        folder.remove("model.safetensors.index.json");
        assertThatThrownBy(() -> PretrainedModel.open(folder).network())
                .hasMessageContaining("expected model.safetensors or model.safetensors.index.json");
    }

    @Test
    void listsKnownArchitecturesAndAllThatConfigAsksInVain() throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden("llama3-shards");
        String config = folder.text("config.json");
        folder.put("config.json", config.replace("LlamaForCausalLM", "MambaForCausalLM"));
        assertThatThrownBy(() -> PretrainedModel.open(folder))
                .hasMessageContainingAll(
                        "architectures=[MambaForCausalLM]",
                        "expected one of [GPT2LMHeadModel (gpt2), LlamaForCausalLM (llama)]");
        folder.put(
                "config.json",
                config.replace("\"silu\"", "\"relu\"")
                        .replace("\"attention_bias\": false", "\"attention_bias\": true")
                        .replace("\"llama3\"", "\"yarn\"")
                        .replace("\"vocab_size\": 40", "\"vocab_size\": \"many\"")
                        .replace("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"));
        assertThatThrownBy(() -> PretrainedModel.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        "hidden_act=\"relu\", expected one of [silu]",
                        "attention_bias=true, expected false",
                        "rope_parameters.rope_type=\"yarn\", expected one of [default, linear, llama3]",
                        "vocab_size=\"many\", expected a whole number above 0",
                        "num_key_value_heads=3, expected a divisor");
        folder.put("config.json", "{");
        assertThatThrownBy(() -> PretrainedModel.open(folder)).hasMessageContaining("config.json, it is no JSON");
        folder.remove("config.json");
        assertThatThrownBy(() -> PretrainedModel.open(folder)).hasMessageContaining("expected config.json");
    }

    @Test
    void readsRopeScalingOfOlderVersions() throws IOException {
        MemoryModelFolder folder = MemoryModelFolder.golden("llama3-shards");
        String config = folder.text("config.json")
                .replace("rope_parameters", "rope_scaling")
                .replace("rope_type", "type")
                .replace("\"rope_theta\": 500.0,", "")
                .replace("\"mlp_bias\"", "\"rope_theta\": 500.0, \"mlp_bias\"");
        folder.put("config.json", config);
        LanguageNetwork network = PretrainedModel.open(folder).network();
        assertThat(largestDifference(network, folder)).isLessThan(1e-4);
        network.close();
    }
}
