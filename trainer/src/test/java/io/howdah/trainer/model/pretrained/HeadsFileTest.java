// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.HeadSamples;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Heads that were exported with their model read back as they were, and do not hinder those who want the model alone. */
class HeadsFileTest {
    private static final List<String> FILES =
            List.of("config.json", "model.safetensors", "generation_config.json", "heads.json", "heads.safetensors");

    private static TrainableModel model(HeadKind kind) {
        return kind == HeadKind.MEDUSA
                ? HeadSamples.model(
                        "llama", "howdah.model.medusa.kind", "joint", "howdah.model.medusa.scores", "untied")
                : HeadSamples.mtp("llama", kind, 2);
    }

    private static MemoryModelFolder exported(TrainableModel model) throws IOException {
        MemoryBlobStore blobs = new MemoryBlobStore();
        ModelExport.of(model, DType.FLOAT32).write(blobs, "set", null);
        MemoryModelFolder folder = new MemoryModelFolder();
        for (String file : FILES) {
            try (InputStream in = blobs.open("set", file)) {
                folder.put(file, in.readAllBytes());
            }
        }
        return folder;
    }

    private static void assertEqual(TokenHeads found, TokenHeads expected) {
        assertThat(found.settings()).isEqualTo(expected.settings());
        assertThat(found.stateDict().keySet()).isEqualTo(expected.stateDict().keySet());
        expected.stateDict()
                .forEach(
                        (path, tensor) -> assertThat(found.stateDict().get(path).toFloats())
                                .as(path)
                                .isEqualTo(tensor.toFloats()));
    }

    @ParameterizedTest
    @EnumSource(HeadKind.class)
    void headsComeBackWithTheirModel(HeadKind kind) throws IOException {
        TrainableModel model = model(kind);
        HeadSamples.train(model, 2, 0.01, step -> new int[][] {{1, 2, 3, 4, 5, 6}});
        TokenHeads heads = LanguageModels.heads(model).orElseThrow();
        MemoryModelFolder folder = exported(model);
        long missed = Garbage.collect();
        LanguageNetwork network = PretrainedModel.open(folder).network();
        assertThat(network.heads()).isEmpty();
        TokenHeads read = HeadsFile.read(folder, network);
        assertEqual(read, heads);
        TrainableModel other = model(kind);
        TokenHeads into = LanguageModels.heads(other).orElseThrow();
        assertThat(HeadsFile.loadInto(folder, into)).isTrue();
        assertEqual(into, heads);
        read.close();
        network.close();
        other.module().close();
        model.module().close();
        assertThat(Garbage.collect()).isEqualTo(missed);
    }

    @Test
    void headsOfAnotherKindBeginFromTheirTrunk() throws IOException {
        TrainableModel model = model(HeadKind.PARALLEL);
        MemoryModelFolder folder = exported(model);
        TrainableModel medusa = model(HeadKind.MEDUSA);
        LanguageNetwork network = (LanguageNetwork) medusa.module();
        PretrainedModel.open(folder).load(network);
        TokenHeads heads = LanguageModels.heads(medusa).orElseThrow();
        assertThat(HeadsFile.loadInto(folder, heads)).isFalse();
        float[] scores = model.module().parameter("head.weight").toFloats();
        assertThat(heads.unembedding(3).toFloats()).isEqualTo(scores);
        model.module().close();
        medusa.module().close();
    }

    @Test
    void refusesWhatIsDamagedOrDoesNotFit() throws IOException {
        TrainableModel model = model(HeadKind.SEQUENTIAL);
        MemoryModelFolder folder = exported(model);
        LanguageNetwork network = PretrainedModel.open(folder).network();
        String description = folder.text("heads.json");
        byte[] weights = folder.bytes("heads.safetensors");
        byte[] damaged = weights.clone();
        damaged[damaged.length - 5]++;
        folder.put("heads.safetensors", damaged);
        assertThatThrownBy(() -> HeadsFile.read(folder, network)).hasMessageContaining("crc32c=");
        folder.put("heads.safetensors", weights);
        refused(folder, network, description.replace("\"version\":1", "\"version\":2"), "version=2, expected");
        refused(folder, network, description.replace("howdah.heads", "heads"), "format=heads");
        refused(folder, network, description.replace("\"width\":16", "\"width\":8"), "width=8, expected the model's");
        refused(folder, network, description.replace("sequential", "best"), "kind=best");
        refused(folder, network, description.replace("\"count\":2", "\"count\":3"), "missing: steps.2");
        folder.remove("heads.json");
        assertThatThrownBy(() -> HeadsFile.read(folder, network)).hasMessageContaining("expected heads.json");
        network.close();
        model.module().close();
    }

    private static void refused(MemoryModelFolder folder, LanguageNetwork network, String description, String message) {
        folder.put("heads.json", description);
        assertThatThrownBy(() -> HeadsFile.read(folder, network))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }
}
