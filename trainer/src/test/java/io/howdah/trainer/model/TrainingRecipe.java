// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A case that {@code scripts/golden/dump_training.py} wrote: the model, its first weights and its batches. */
record TrainingRecipe(JsonNode described) {
    private static final String FILE = "/golden/training/cases.jsonl.gz";
    private static final int COLUMN_SEEDS = 1000;

    static List<TrainingRecipe> all() {
        try (InputStream in = TrainingRecipe.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new FileNotFoundException(FILE);
            }
            String text = new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
            ObjectMapper json = new ObjectMapper();
            return text.lines()
                    .map(line -> new TrainingRecipe(read(json, line)))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + FILE, e);
        }
    }

    private static JsonNode read(ObjectMapper json, String line) {
        try {
            return json.readTree(line);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + line, e);
        }
    }

    boolean isCurve() {
        return described.has("fp32");
    }

    double[] numbers(String... path) {
        JsonNode node = described;
        for (String name : path) {
            node = node.path(name);
        }
        double[] numbers = new double[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = node.get(i).asDouble();
        }
        return numbers;
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> texts = new HashMap<>();
        node.fields()
                .forEachRemaining(
                        entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    /** The model with the weights of the recipe; throws if names or shapes are not PyTorch's. */
    TrainableModel model() {
        Map<String, String> settings = texts(described.get("settings"));
        settings.put(ModelKeys.NAME.name(), described.get("model").asText());
        Config config = Config.parse(new KeyTable(ModelKeys.ALL), settings);
        TrainableModel model = Models.create(config, texts(described.get("properties")), 1);
        Map<String, Tensor> state = new LinkedHashMap<>();
        model.module().stateDict().forEach((name, tensor) -> {
            if (!tensor.dtype().isFloating()) {
                state.put(name, tensor);
            }
        });
        JsonNode entries = described.get("state");
        for (int t = 0; t < entries.size(); t++) {
            JsonNode entry = entries.get(t);
            state.put(entry.get("name").asText(), weights(t, entry));
        }
        model.module().loadStateDict(state);
        state.values().stream().filter(tensor -> tensor.dtype().isFloating()).forEach(Tensor::close);
        return model;
    }

    private static Tensor weights(int number, JsonNode entry) {
        double centre = entry.get("centre").asDouble();
        double spread = entry.get("spread").asDouble();
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes(entry.get("shape"))));
        ByteBuffer buffer = tensor.buffer();
        for (long i = 0; i < tensor.elements(); i++) {
            buffer.putFloat((float) (centre + spread * (2 * uniform(number, i) - 1)));
        }
        return tensor;
    }

    /** The examples of step {@code step}. */
    Batch batch(int step) {
        int examples = described.get("batch").asInt();
        int first = step % described.get("batches").asInt() * examples;
        Map<String, Tensor> columns = new LinkedHashMap<>();
        JsonNode entries = described.get("columns");
        for (int c = 0; c < entries.size(); c++) {
            columns.put(entries.get(c).get("name").asText(), column(c, entries.get(c), first, examples));
        }
        return new Batch(examples, columns);
    }

    private static Tensor column(int number, JsonNode entry, int first, int examples) {
        long[] sizes = sizes(entry.get("shape"), examples);
        DType dtype = DType.named(entry.get("dtype").asText());
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        long width = tensor.elements() / examples;
        ByteBuffer buffer = tensor.buffer();
        for (long i = 0; i < tensor.elements(); i++) {
            double u = uniform(COLUMN_SEEDS + number, first * width + i);
            double value = entry.has("bound")
                    ? Math.floor(u * entry.get("bound").asDouble())
                            + entry.path("per_field").asDouble(0) * (i % width)
                    : 2 * u - 1;
            switch (dtype) {
                case FLOAT32 -> buffer.putFloat((float) value);
                case INT32 -> buffer.putInt((int) value);
                case INT64 -> buffer.putLong((long) value);
                case UINT8 -> buffer.put((byte) (int) value);
                default -> throw new IllegalStateException("no recipe for " + dtype);
            }
        }
        return tensor;
    }

    private static long[] sizes(JsonNode shape, long... leading) {
        long[] sizes = java.util.Arrays.copyOf(leading, leading.length + shape.size());
        for (int i = 0; i < shape.size(); i++) {
            sizes[leading.length + i] = shape.get(i).asLong();
        }
        return sizes;
    }

    /** The upper 24 bits of SplitMix64's number {@code index} for the seed {@code stream}·2³². */
    private static double uniform(long stream, long index) {
        long z = (stream << 32) + (index + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 40) * 0x1p-24;
    }

    @Override
    public String toString() {
        return described.get("name").asText();
    }
}
