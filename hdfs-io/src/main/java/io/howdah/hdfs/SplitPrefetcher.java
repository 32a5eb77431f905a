// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.data.Split;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads the next splits on one background thread while the caller works on the current one. */
final class SplitPrefetcher implements Closeable {
    /** One is read while another waits to be taken. */
    private static final int DEPTH = 2;

    private final Iterator<Split> order;
    private final ShardCache shards;
    private final Queue<Future<LoadedSplit>> loading = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(this::thread);

    /**
     * A split in memory.
     *
     * @param split the split
     * @param values the values of its columns, [examples, …]
     */
    record LoadedSplit(Split split, List<ByteBuffer> values) {}

    /** Takes ownership of {@code shards}, which is used on the background thread alone. */
    SplitPrefetcher(Iterator<Split> order, ShardCache shards) {
        this.order = order;
        this.shards = shards;
        for (int i = 0; i < DEPTH; i++) {
            loadNext();
        }
    }

    private Thread thread(Runnable tasks) {
        Thread thread = new Thread(tasks, "howdah-prefetch");
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private void loadNext() {
        if (order.hasNext()) {
            Split split = order.next();
            loading.add(executor.submit(() -> new LoadedSplit(split, shards.read(split.index()))));
        }
    }

    /** The next split, once it is read. */
    LoadedSplit take() throws IOException {
        Future<LoadedSplit> next = loading.peek();
        if (next == null) {
            throw new NoSuchElementException("Cannot read dataset: no split is left, expected one; stop at the end");
        }
        try {
            LoadedSplit loaded = next.get();
            loading.remove();
            loadNext();
            return loaded;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } catch (ExecutionException e) {
            // A failure was made on another thread: wrapped, so that both stacks are told.
            throw new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e.getCause());
        }
    }

    private static InterruptedIOException interrupted(InterruptedException cause) {
        InterruptedIOException e = new InterruptedIOException(
                "Cannot read dataset: interrupted, expected to wait for the next split; close the reader");
        e.initCause(cause);
        return e;
    }

    /** Ends the background thread, waits for it and closes the shards. */
    @Override
    public void close() throws IOException {
        executor.shutdownNow();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        shards.close();
    }
}
