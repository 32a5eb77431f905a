// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.checkpoint.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Blobs that outlive every process of a simulation. */
final class SimulatedBlobs implements BlobStore {
    private final Map<String, Map<String, byte[]>> pending = new TreeMap<>();
    private final Map<String, Map<String, byte[]>> committed = new TreeMap<>();

    @Override
    public OutputStream create(String set, String blob) {
        return new ByteArrayOutputStream() {
            @Override
            public void close() {
                pending.computeIfAbsent(set, absent -> new TreeMap<>()).put(blob, toByteArray());
            }
        };
    }

    @Override
    public void commit(String set) throws IOException {
        Map<String, byte[]> blobs = pending.remove(set);
        if (blobs == null || committed.putIfAbsent(set, blobs) != null) {
            throw new IOException("Cannot commit set: name=" + set + ", expected it to be pending and new");
        }
    }

    @Override
    public void abandon(String set) {
        pending.remove(set);
    }

    @Override
    public List<String> committed() {
        return List.copyOf(committed.keySet());
    }

    @Override
    public InputStream open(String set, String blob) throws IOException {
        byte[] bytes = committed.getOrDefault(set, Map.of()).get(blob);
        if (bytes == null) {
            throw new FileNotFoundException(set + "/" + blob);
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public void delete(String set) {
        committed.remove(set);
    }

    @Override
    public String location(String set) {
        return "memory:" + set;
    }
}
