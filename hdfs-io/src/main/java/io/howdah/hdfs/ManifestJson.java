// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.trainer.data.Column;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Manifests as JSON. The tree model, because it is the same in every Jackson that a cluster may put before ours. */
final class ManifestJson {
    static final String MAGIC = "howdah-dataset";
    /** Version of manifests of packed tokens. */
    private static final int TOKENS_VERSION = 1;
    /** Version of manifests of any columns. */
    private static final int COLUMNS_VERSION = 2;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ManifestJson() {}

    static String format(DatasetManifest manifest) throws JsonProcessingException {
        ShardLayout layout = manifest.layout();
        ObjectNode root = MAPPER.createObjectNode().put("magic", MAGIC);
        if (layout.holdsTokens()) {
            root.put("version", TOKENS_VERSION)
                    .put("sequenceLength", layout.sequenceLength())
                    .put("vocabulary", ShardLayout.VOCABULARY)
                    .put("separator", layout.separator().getAsInt());
        } else {
            root.put("version", COLUMNS_VERSION).set("columns", formatColumns(layout.columns()));
        }
        root.put("rowsPerBatch", layout.rowsPerBatch()).put("source", manifest.source());
        if (!layout.holdsTokens()) {
            ObjectNode properties = root.putObject("properties");
            new TreeMap<>(manifest.properties()).forEach(properties::put);
        }
        for (Part part : Part.values()) {
            root.set(part.directory(), formatPart(layout, manifest.part(part)));
        }
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static ArrayNode formatColumns(List<Column> columns) {
        ArrayNode nodes = MAPPER.createArrayNode();
        for (Column column : columns) {
            ArrayNode shape = nodes.addObject()
                    .put("name", column.name())
                    .put("dtype", column.dtype().toString())
                    .putArray("shape");
            Arrays.stream(column.shape().sizes()).forEach(shape::add);
        }
        return nodes;
    }

    private static ObjectNode formatPart(ShardLayout layout, PartFacts facts) {
        ObjectNode node = MAPPER.createObjectNode();
        if (layout.holdsTokens()) {
            node.put("documents", facts.documents());
        }
        node.put("rows", facts.rows());
        if (layout.holdsTokens()) {
            node.put("histogram", facts.histogram().toString());
        }
        ArrayNode shards = node.putArray("shards");
        for (ShardEntry shard : facts.shards()) {
            shards.addObject()
                    .put("path", shard.path())
                    .put("bytes", shard.bytes())
                    .put("rows", shard.rows())
                    .put("crc32c", HexFormat.of().toHexDigits(shard.crc32c()));
        }
        return node;
    }

    /** @throws IllegalArgumentException saying what is wrong, without a path */
    static DatasetManifest parse(String json) throws JsonProcessingException {
        JsonNode root = MAPPER.readTree(json);
        expect(root, "magic", MAGIC);
        ShardLayout layout = parseLayout(root);
        Map<Part, PartFacts> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            parts.put(part, parsePart(layout, field(root, part.directory())));
        }
        Map<String, String> properties = new TreeMap<>();
        if (!layout.holdsTokens()) {
            JsonNode node = field(root, "properties");
            node.fieldNames()
                    .forEachRemaining(
                            name -> properties.put(name, field(node, name).asText()));
        }
        return new DatasetManifest(layout, field(root, "source").asText(), properties, parts);
    }

    private static ShardLayout parseLayout(JsonNode root) {
        String version = field(root, "version").asText();
        if (version.equals(Integer.toString(COLUMNS_VERSION))) {
            List<Column> columns = new ArrayList<>();
            field(root, "columns").forEach(node -> columns.add(parseColumn(node)));
            return new ShardLayout(columns, (int) number(root, "rowsPerBatch"));
        }
        if (!version.equals(Integer.toString(TOKENS_VERSION))) {
            throw new IllegalArgumentException(
                    "version is " + version + " instead of " + TOKENS_VERSION + " or " + COLUMNS_VERSION);
        }
        expect(root, "vocabulary", Integer.toString(ShardLayout.VOCABULARY));
        return new ShardLayout((int) number(root, "sequenceLength"), (int) number(root, "rowsPerBatch"), (int)
                number(root, "separator"));
    }

    private static Column parseColumn(JsonNode node) {
        JsonNode sizes = field(node, "shape");
        long[] shape = new long[sizes.size()];
        Arrays.setAll(shape, i -> sizes.get(i).asLong());
        return new Column(
                field(node, "name").asText(), DType.named(field(node, "dtype").asText()), Shape.of(shape));
    }

    private static PartFacts parsePart(ShardLayout layout, JsonNode node) {
        List<ShardEntry> shards = new ArrayList<>();
        for (JsonNode shard : field(node, "shards")) {
            String path = field(shard, "path").asText();
            if (path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
                throw new IllegalArgumentException("shard " + path + " is outside the dataset");
            }
            int crc = HexFormat.fromHexDigits(field(shard, "crc32c").asText());
            shards.add(new ShardEntry(path, number(shard, "bytes"), number(shard, "rows"), crc));
        }
        PartFacts facts = layout.holdsTokens()
                ? new PartFacts(
                        number(node, "documents"),
                        Histogram.parse(field(node, "histogram").asText()),
                        shards)
                : PartFacts.ofExamples(shards);
        expect(node, "rows", Long.toString(facts.rows()));
        return facts;
    }

    private static void expect(JsonNode node, String name, String expected) {
        String found = field(node, name).asText();
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(name + " is " + found + " instead of " + expected);
        }
    }

    private static long number(JsonNode node, String name) {
        JsonNode value = field(node, name);
        if (!value.canConvertToLong() || value.asLong() < 0) {
            throw new IllegalArgumentException(name + " is " + value + " instead of a whole number");
        }
        return value.asLong();
    }

    private static JsonNode field(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }
}
