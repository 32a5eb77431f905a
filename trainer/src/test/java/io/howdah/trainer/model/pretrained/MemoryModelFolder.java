// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import io.howdah.trainer.checkpoint.ModelFolder;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A model's files in memory; tests change them. */
public final class MemoryModelFolder implements ModelFolder {
    private final Map<String, byte[]> files = new TreeMap<>();

    /** One that the transformers library wrote, by {@code scripts/golden/dump_transformers.py}. */
    public static MemoryModelFolder golden(String name) throws IOException {
        MemoryModelFolder folder = new MemoryModelFolder();
        try (ZipInputStream in = new ZipInputStream(Objects.requireNonNull(
                MemoryModelFolder.class.getResourceAsStream("/golden/transformers/" + name + ".zip")))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                folder.put(entry.getName(), in.readAllBytes());
            }
        }
        return folder;
    }

    void put(String file, byte[] content) {
        files.put(file, content);
    }

    void put(String file, String content) {
        put(file, content.getBytes(StandardCharsets.UTF_8));
    }

    void remove(String file) {
        files.remove(file);
    }

    byte[] bytes(String file) {
        return Objects.requireNonNull(files.get(file), file);
    }

    String text(String file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public List<String> files() {
        return List.copyOf(files.keySet());
    }

    @Override
    public InputStream open(String file) throws IOException {
        byte[] content = files.get(file);
        if (content == null) {
            throw new FileNotFoundException(file);
        }
        return new ByteArrayInputStream(content);
    }
}
