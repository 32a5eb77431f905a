// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Manifests as JSON. The tree model, because it is the same in every Jackson that a cluster may put before ours. */
final class ManifestJson {
    static final String MAGIC = "howdah-dataset";
    static final int VERSION = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ManifestJson() {}

    static String format(DatasetManifest manifest) throws JsonProcessingException {
        ShardLayout layout = manifest.layout();
        ObjectNode root = MAPPER.createObjectNode()
                .put("magic", MAGIC)
                .put("version", VERSION)
                .put("sequenceLength", layout.sequenceLength())
                .put("vocabulary", ShardLayout.VOCABULARY)
                .put("separator", layout.separator())
                .put("rowsPerBatch", layout.rowsPerBatch())
                .put("source", manifest.source());
        for (Part part : Part.values()) {
            root.set(part.directory(), formatPart(manifest.part(part)));
        }
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static ObjectNode formatPart(PartFacts facts) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("documents", facts.documents())
                .put("rows", facts.rows())
                .put("histogram", facts.histogram().toString());
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
        expect(root, "version", Integer.toString(VERSION));
        expect(root, "vocabulary", Integer.toString(ShardLayout.VOCABULARY));
        ShardLayout layout =
                new ShardLayout((int) number(root, "sequenceLength"), (int) number(root, "rowsPerBatch"), (int)
                        number(root, "separator"));
        Map<Part, PartFacts> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            parts.put(part, parsePart(field(root, part.directory())));
        }
        return new DatasetManifest(layout, field(root, "source").asText(), parts);
    }

    private static PartFacts parsePart(JsonNode node) {
        List<ShardEntry> shards = new ArrayList<>();
        for (JsonNode shard : field(node, "shards")) {
            String path = field(shard, "path").asText();
            if (path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
                throw new IllegalArgumentException("shard " + path + " is outside the dataset");
            }
            int crc = HexFormat.fromHexDigits(field(shard, "crc32c").asText());
            shards.add(new ShardEntry(path, number(shard, "bytes"), number(shard, "rows"), crc));
        }
        Histogram histogram = Histogram.parse(field(node, "histogram").asText());
        PartFacts facts = new PartFacts(number(node, "documents"), histogram, shards);
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
