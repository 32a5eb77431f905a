// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.checkpoint.SafetensorsReader;
import io.howdah.trainer.checkpoint.SafetensorsTensor;
import io.howdah.trainer.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The safetensors files of a folder, one or several with an index, and their headers. */
final class WeightFiles {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";
    private static final int BUFFER = 1 << 20;

    private final ModelFolder folder;
    private final Map<String, List<SafetensorsTensor>> headers;

    /** Takes a tensor of a file, which is closed afterwards. */
    @FunctionalInterface
    interface Taker {
        void take(String name, Tensor tensor) throws IOException;
    }

    private WeightFiles(ModelFolder folder, Map<String, List<SafetensorsTensor>> headers) {
        this.folder = folder;
        this.headers = headers;
    }

    /**
     * Reads all headers.
     *
     * @throws IOException if a file is missing or malformed, or a tensor is not in the file that the index names
     */
    static WeightFiles of(ModelFolder folder) throws IOException {
        List<String> present = folder.files();
        Map<String, String> fileOf = present.contains(SINGLE) ? Map.of() : index(folder, present);
        Map<String, List<SafetensorsTensor>> headers = new LinkedHashMap<>();
        for (String file : fileOf.isEmpty() ? List.of(SINGLE) : new TreeSet<>(fileOf.values())) {
            try (InputStream in = open(folder, file)) {
                headers.put(file, new SafetensorsReader(in, folder.location() + "/" + file).tensors());
            }
        }
        WeightFiles files = new WeightFiles(folder, headers);
        files.check(fileOf);
        return files;
    }

    private static Map<String, String> index(ModelFolder folder, List<String> present) throws IOException {
        if (!present.contains(INDEX)) {
            throw new IOException("Cannot read model: folder=" + folder.location() + " holds " + present + ", expected "
                    + SINGLE + " or " + INDEX + "; convert the weights to safetensors");
        }
        Map<String, String> fileOf = new TreeMap<>();
        JsonNode map = JsonFiles.read(folder, INDEX).path("weight_map");
        map.properties()
                .forEach(entry -> fileOf.put(entry.getKey(), entry.getValue().asText()));
        TreeSet<String> missing = new TreeSet<>(fileOf.values());
        missing.removeAll(present);
        if (fileOf.isEmpty() || !missing.isEmpty()) {
            throw new IOException("Cannot read model: folder=" + folder.location() + " lacks " + missing
                    + ", expected the files that weight_map of " + INDEX + " names; complete the folder");
        }
        return fileOf;
    }

    /** Every tensor is where the index says, and in one file alone. */
    private void check(Map<String, String> fileOf) throws IOException {
        Map<String, String> found = new TreeMap<>();
        TreeSet<String> wrong = new TreeSet<>();
        headers.forEach((file, tensors) -> tensors.forEach(tensor -> {
            if (found.put(tensor.name(), file) != null) {
                wrong.add(tensor.name() + " is in several files");
            }
        }));
        fileOf.forEach((name, file) -> {
            if (!file.equals(found.get(name))) {
                wrong.add(name + " is not in " + file);
            }
        });
        if (!wrong.isEmpty()) {
            throw new IOException("Cannot read model: folder=" + folder.location() + ": " + String.join("; ", wrong)
                    + ", expected the files that " + INDEX + " describes; restore them");
        }
    }

    private static InputStream open(ModelFolder folder, String file) throws IOException {
        return new BufferedInputStream(folder.open(file), BUFFER);
    }

    /** What the headers say of every tensor, by name. */
    Map<String, SafetensorsTensor> tensors() {
        Map<String, SafetensorsTensor> all = new LinkedHashMap<>();
        headers.values().forEach(tensors -> tensors.forEach(tensor -> all.put(tensor.name(), tensor)));
        return all;
    }

    /** Gives every tensor to {@code taker}, one after the other, file by file. */
    void forEach(Taker taker) throws IOException {
        for (String file : headers.keySet()) {
            try (InputStream in = open(folder, file)) {
                SafetensorsReader reader = new SafetensorsReader(in, folder.location() + "/" + file);
                for (SafetensorsTensor described : reader.tensors()) {
                    try (Tensor tensor = reader.nextTensor()) {
                        taker.take(described.name(), tensor);
                    }
                }
                reader.checkEnd();
            }
        }
    }
}
