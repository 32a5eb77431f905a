// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

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

/** Blobs in memory. */
public final class MemoryBlobStore implements BlobStore {
    private final Map<String, Map<String, byte[]>> pending = new TreeMap<>();
    private final Map<String, Map<String, byte[]>> committed = new TreeMap<>();

    @Override
    public synchronized OutputStream create(String set, String blob) {
        return new ByteArrayOutputStream() {
            @Override
            public void close() {
                synchronized (MemoryBlobStore.this) {
                    pending.computeIfAbsent(set, name -> new TreeMap<>()).put(blob, toByteArray());
                }
            }
        };
    }

    @Override
    public synchronized void commit(String set) throws IOException {
        Map<String, byte[]> blobs = pending.remove(set);
        if (blobs == null || committed.putIfAbsent(set, blobs) != null) {
            throw new IOException("nothing pending or committed before: " + set);
        }
    }

    @Override
    public synchronized void abandon(String set) {
        pending.remove(set);
    }

    @Override
    public synchronized List<String> committed() {
        return List.copyOf(committed.keySet());
    }

    @Override
    public synchronized InputStream open(String set, String blob) throws IOException {
        byte[] bytes = committed.getOrDefault(set, Map.of()).get(blob);
        if (bytes == null) {
            throw new FileNotFoundException(set + "/" + blob);
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public synchronized void delete(String set) {
        committed.remove(set);
    }

    @Override
    public String location(String set) {
        return "memory:" + set;
    }

    /** Flips one bit of a committed blob. */
    public synchronized void corrupt(String set, String blob, int index) {
        committed.get(set).get(blob)[index] ^= 1;
    }
}
