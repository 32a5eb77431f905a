// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.hdfs.SplitPrefetcher.LoadedSplit;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies rows out of prefetched splits. After an {@link IOException} the only use of it is {@link #close}. */
final class HdfsExampleReader implements ExampleReader {
    private final SplitOrder places;
    private final SplitPrefetcher prefetcher;
    private final int sequenceLength;
    private Position position;
    private long remaining;
    private @Nullable LoadedSplit current;
    private int[] rowOrder = {};

    HdfsExampleReader(SplitOrder places, SplitPrefetcher prefetcher, ShardLayout layout) {
        this.places = places;
        this.prefetcher = prefetcher;
        this.sequenceLength = layout.sequenceLength();
        this.position = places.start();
        this.remaining = places.remaining();
    }

    @Override
    public Batch next(int examples) throws IOException {
        if (examples < 1) {
            throw new IllegalArgumentException(
                    "Cannot read batch: examples=" + examples + ", expected at least 1; raise the batch size");
        }
        int count = (int) Math.min(examples, remaining);
        Tensor tokens = Tensor.empty(DType.UINT8, Shape.of(count, sequenceLength));
        try {
            fill(tokens.buffer(), count);
        } catch (IOException | RuntimeException e) {
            tokens.close();
            throw e;
        }
        if (remaining != Long.MAX_VALUE) {
            remaining -= count;
        }
        return new Batch(count, Map.of(ShardWriter.COLUMN, tokens));
    }

    private void fill(ByteBuffer buffer, int count) throws IOException {
        Position next = position;
        for (int filled = 0; filled < count; filled++) {
            LoadedSplit loaded = current == null ? load(next) : current;
            buffer.put(loaded.tokens(), rowOrder[next.example()] * sequenceLength, sequenceLength);
            next = new Position(next.epoch(), next.split(), next.example() + 1);
            if (next.example() == rowOrder.length) {
                next = places.after(next);
                current = null;
            }
        }
        position = next;
    }

    private LoadedSplit load(Position next) throws IOException {
        LoadedSplit loaded = prefetcher.take();
        rowOrder = places.order().examples(next.epoch(), loaded.split());
        current = loaded;
        return loaded;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        prefetcher.close();
    }
}
