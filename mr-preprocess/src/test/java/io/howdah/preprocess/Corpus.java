// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.hdfs.ShardEntry;
import io.howdah.hdfs.ShardReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Small documents, written in every input format, and read back from shards. */
final class Corpus {
    private Corpus() {}

    /** Documents by name, which are clean already. */
    static Map<String, String> documents(int count) {
        Map<String, String> documents = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            documents.put(
                    "folder-%d/document-%d.txt".formatted(i % 5, i),
                    "document %d – %s.\nend of it\n".formatted(i, "x".repeat(i % 37)));
        }
        return documents;
    }

    /** Writes the documents as input of a format into {@code folder}; fails for a format that it does not know. */
    static void write(String format, java.nio.file.Path folder, Map<String, String> documents) throws IOException {
        Files.createDirectories(folder);
        switch (format) {
            case "text" -> writeText(folder, documents);
            case "zip" -> writeZip(folder.resolve("documents.zip"), documents);
            case "jsonl" -> writeJsonLines(folder.resolve("documents.jsonl"), documents);
            default -> throw new AssertionError("Write the documents in the new format " + format + " here");
        }
    }

    static void writeText(java.nio.file.Path folder, Map<String, String> documents) throws IOException {
        for (Map.Entry<String, String> document : documents.entrySet()) {
            java.nio.file.Path file = folder.resolve(document.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, document.getValue());
        }
    }

    static void writeZip(java.nio.file.Path file, Map<String, String> documents) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("folder/"));
            for (Map.Entry<String, String> document : documents.entrySet()) {
                zip.putNextEntry(new ZipEntry(document.getKey()));
                zip.write(document.getValue().getBytes(UTF_8));
            }
        }
    }

    private static void writeJsonLines(java.nio.file.Path file, Map<String, String> documents) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String text : documents.values()) {
            lines.add(new ObjectMapper().writeValueAsString(Map.of("text", text)));
        }
        Files.write(file, lines);
    }

    /** The documents in the shards of one part, in order. */
    static List<String> read(FileSystem fileSystem, Path dataset, Part part) throws IOException {
        List<String> documents = new ArrayList<>();
        for (ShardEntry shard :
                DatasetManifest.read(fileSystem, dataset).part(part).shards()) {
            ByteArrayOutputStream tokens = new ByteArrayOutputStream();
            try (ShardReader reader = ShardReader.open(fileSystem, new Path(dataset, shard.path()))) {
                for (int batch = 0; batch < reader.batches(); batch++) {
                    tokens.writeBytes(bytes(reader.read(batch).get(0)));
                }
            }
            for (String document : tokens.toString(UTF_8).split("\0")) {
                documents.add(document);
            }
        }
        return documents;
    }

    static byte[] bytes(ByteBuffer values) {
        byte[] bytes = new byte[values.remaining()];
        values.get(bytes);
        return bytes;
    }
}
