// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.checkpoint.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** Blobs in memory; writing may be made to wait. */
public final class MemoryBlobStore implements BlobStore {
    private final Map<String, Map<String, byte[]>> pending = new TreeMap<>();
    private final Map<String, Map<String, byte[]>> committed = new TreeMap<>();

    private final CountDownLatch writable;

    MemoryBlobStore() {
        this(new CountDownLatch(0));
    }

    /** @param writable nothing is created before it reaches zero */
    MemoryBlobStore(CountDownLatch writable) {
        this.writable = writable;
    }

    @Override
    public OutputStream create(String set, String blob) throws IOException {
        try {
            writable.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
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
}
