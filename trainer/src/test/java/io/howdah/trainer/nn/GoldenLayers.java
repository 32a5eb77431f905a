// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.tensor.Tensor;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** What PyTorch's layers gave, as {@code scripts/golden/dump_layers.py} wrote it. */
final class GoldenLayers implements AutoCloseable {
    private static final String FOLDER = "/golden/layers/";

    private final Map<String, JsonNode> cases = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors;

    GoldenLayers() throws IOException {
        try (InputStream in = open("cases.jsonl.gz")) {
            ObjectMapper json = new ObjectMapper();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().toList()) {
                JsonNode described = json.readTree(line);
                cases.put(described.get("name").asText(), described);
            }
        }
        try (InputStream in = open("tensors.safetensors.gz")) {
            tensors = new SafetensorsReader(in, "tensors.safetensors.gz").remainingTensors();
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = GoldenLayers.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new FileNotFoundException(FOLDER + name);
        }
        return new GZIPInputStream(in);
    }

    Map<String, JsonNode> cases() {
        return cases;
    }

    JsonNode described(String name) {
        JsonNode found = cases.get(name);
        if (found == null) {
            throw new AssertionError("no golden case " + name + ": add it to dump_layers.py");
        }
        return found;
    }

    Tensor tensor(String key) {
        Tensor found = tensors.get(key);
        if (found == null) {
            throw new AssertionError("no golden tensor " + key);
        }
        return found;
    }

    /** The state that a case starts from. */
    Map<String, Tensor> state(String name) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        described(name).get("state").forEach(key -> state.put(key.asText(), tensor(name + "/state/" + key.asText())));
        return state;
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
