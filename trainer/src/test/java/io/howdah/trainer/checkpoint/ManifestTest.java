// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.data.Position;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static Manifest manifest(@Nullable Evaluation evaluation) {
        return new Manifest(
                "feedforward-lm",
                600,
                Map.of("howdah.train.steps", "600"),
                Map.of("vocabulary", "256"),
                598,
                65536f,
                List.of(new Position(1, 2, 3), Position.START),
                List.of(new BlobInfo("model.safetensors", 12, 0xfedcba98)),
                new EvaluationTrack(1.5, 400, 1, 600, Double.NEGATIVE_INFINITY),
                evaluation == null ? Map.of() : Map.of("plateau.factor", "0x1.0p-1"),
                evaluation);
    }

    private static byte[] json(Manifest manifest) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ManifestJson.write(out, manifest);
        return out.toByteArray();
    }

    private static Manifest read(byte[] json) throws IOException {
        return ManifestJson.read(new ByteArrayInputStream(json), "memory");
    }

    @Test
    void comesBackWithAllDigits() throws IOException {
        Manifest manifest =
                manifest(new Evaluation(new TreeMap<>(Map.of("loss", Math.PI / 3, "auc", Double.NaN)), 1L << 40));
        byte[] json = json(manifest);
        assertThat(read(json)).isEqualTo(manifest);
        assertThat(new String(json, StandardCharsets.UTF_8))
                .contains("\"crc32c\" : \"fedcba98\"")
                .contains("\"loss\" : 1.0471975511965976");
        assertThat(json(read(json))).isEqualTo(json);
        assertThat(read(json(manifest(null)))).isEqualTo(manifest(null));
        assertThat(new String(json(manifest(null)), StandardCharsets.UTF_8)).doesNotContain("rate");
    }

    @Test
    void refusesOtherFormats() throws IOException {
        String json = new String(json(manifest(null)), StandardCharsets.UTF_8);
        for (String changed : List.of(
                json.replace("\"formatVersion\" : 2", "\"formatVersion\" : 3"),
                json.replace("fedcba98", "no hex"),
                json.replace("\"step\"", "\"stride\""),
                json.substring(0, 40))) {
            assertThatThrownBy(() -> read(changed.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Cannot read manifest: location=memory");
        }
    }

    @Test
    void findsBlobsByName() {
        assertThat(manifest(null).blob("model.safetensors").bytes()).isEqualTo(12);
        assertThatThrownBy(() -> manifest(null).blob("other"))
                .hasMessageContaining("expected one of [model.safetensors]");
    }

    @Test
    void readsVersion1() throws IOException {
        String json = """
                {"blobs": [{"bytes": 12, "crc32c": "fedcba98", "name": "model.safetensors"}],
                 "evaluation": {"heldOutNatsPerToken": 1.5, "tokens": 10, "unigramNatsPerToken": 3.25},
                 "formatVersion": 1, "lossScale": 1.0, "model": "feedforward-lm",
                 "positions": [{"epoch": 1, "example": 3, "split": 2}],
                 "properties": {"vocabulary": "256"}, "settings": {}, "step": 600}
                """;
        Manifest manifest = read(json.getBytes(StandardCharsets.UTF_8));
        assertThat(manifest.step()).isEqualTo(600);
        assertThat(manifest.appliedSteps()).isEqualTo(600);
        assertThat(manifest.track()).isNull();
        Evaluation evaluation = manifest.evaluation();
        assertThat(evaluation).isNotNull();
        assertThat(evaluation.samples()).isEqualTo(10);
        assertThat(evaluation.value("loss")).isEqualTo(1.5);
        assertThat(evaluation.value("bitsPerByte")).isCloseTo(1.5 / Math.log(2), Offset.offset(1e-15));
        assertThat(evaluation.value("unigramLoss")).isEqualTo(3.25);
        String unmeasured = json.replaceFirst("\\{\"heldOut[^}]*}", "null");
        assertThat(read(unmeasured.getBytes(StandardCharsets.UTF_8)).evaluation())
                .isNull();
    }

    @Test
    void anEvaluationNamesItsMetrics() {
        Evaluation evaluation = new Evaluation(new TreeMap<>(Map.of("loss", 1.0, "auc", 0.5)), 10);
        assertThatThrownBy(() -> evaluation.value("rmse"))
                .hasMessageContaining("metric=rmse, expected one of [auc, loss]");
    }
}
