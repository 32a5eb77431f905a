// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Golden cases, calls that must be refused, and the tensors of both. */
final class GoldenFolder {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> cases;
    private final List<JsonNode> errors;
    private final JsonNode header;
    private final ByteBuffer bytes;

    private interface Source {
        InputStream open(String name) throws IOException;
    }

    private GoldenFolder(Source source) throws IOException {
        this.cases = lines(source, "cases.jsonl");
        this.errors = lines(source, "errors.jsonl");
        byte[] file;
        try (InputStream in = source.open("tensors.safetensors")) {
            file = in.readAllBytes();
        }
        ByteBuffer whole = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(whole.getLong());
        this.header = JSON.readTree(file, Long.BYTES, length);
        int start = Long.BYTES + length;
        this.bytes = whole.slice(start, file.length - start).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The files of a directory. */
    static GoldenFolder in(Path directory) throws IOException {
        return new GoldenFolder(name -> Files.newInputStream(directory.resolve(name)));
    }

    /** The compressed files in a folder of the test resources. */
    static GoldenFolder ofResources(String folder) throws IOException {
        return new GoldenFolder(name -> {
            InputStream in = GoldenFolder.class.getResourceAsStream("/" + folder + "/" + name + ".gz");
            if (in == null) {
                throw new FileNotFoundException(name + ".gz");
            }
            return new GZIPInputStream(in);
        });
    }

    List<JsonNode> cases() {
        return cases;
    }

    List<JsonNode> errors() {
        return errors;
    }

    /** A new flat tensor with all elements stored under {@code name}. */
    Tensor storage(String name, DType dtype) {
        JsonNode offsets = header.path(name).path("data_offsets");
        int begin = offsets.path(0).asInt();
        int length = offsets.path(1).asInt() - begin;
        Tensor storage = Tensor.empty(dtype, Shape.of(length / dtype.bytes()));
        storage.buffer().put(bytes.slice(begin, length));
        return storage;
    }

    private static List<JsonNode> lines(Source source, String name) throws IOException {
        List<JsonNode> nodes = new ArrayList<>();
        try (InputStream in = source.open(name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
                nodes.add(JSON.readTree(line));
            }
        }
        return nodes;
    }
}
