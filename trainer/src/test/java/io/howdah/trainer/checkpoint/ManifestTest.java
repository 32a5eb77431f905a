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
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static Manifest manifest(@Nullable Evaluation evaluation) {
        return new Manifest(
                Manifest.FORMAT_VERSION,
                "feedforward-lm",
                600,
                Map.of("howdah.train.steps", "600"),
                Map.of("vocabulary", "256"),
                65536f,
                List.of(new Position(1, 2, 3), Position.START),
                List.of(new BlobInfo("model.safetensors", 12, 0xfedcba98)),
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
        Manifest manifest = manifest(new Evaluation(Math.PI / 3, 0.1 + 0.2, 1L << 40));
        byte[] json = json(manifest);
        assertThat(read(json)).isEqualTo(manifest);
        assertThat(new String(json, StandardCharsets.UTF_8))
                .contains("\"crc32c\" : \"fedcba98\"")
                .contains("\"heldOutNatsPerToken\" : 1.0471975511965976");
        assertThat(json(read(json))).isEqualTo(json);
        assertThat(read(json(manifest(null)))).isEqualTo(manifest(null));
    }

    @Test
    void refusesOtherFormats() throws IOException {
        String json = new String(json(manifest(null)), StandardCharsets.UTF_8);
        for (String changed : List.of(
                json.replace("\"formatVersion\" : 1", "\"formatVersion\" : 2"),
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
    void convertsNatsToBits() {
        Evaluation evaluation = new Evaluation(Math.log(2) * 3, Math.log(2) * 5, 10);
        assertThat(evaluation.bitsPerByte()).isCloseTo(3, Offset.offset(1e-12));
        assertThat(evaluation.unigramBitsPerByte()).isCloseTo(5, Offset.offset(1e-12));
    }
}
