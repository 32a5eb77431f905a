// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.hdfs.SplitPrefetcher.LoadedSplit;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Column;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Copies rows out of prefetched splits. After an {@link IOException} the only use of it is {@link #close}. */
final class HdfsExampleReader implements ExampleReader {
    private final SplitOrder places;
    private final SplitPrefetcher prefetcher;
    private final ShardLayout layout;
    private Position position;
    private long remaining;
    private @Nullable LoadedSplit current;
    private int[] rowOrder = {};

    HdfsExampleReader(SplitOrder places, SplitPrefetcher prefetcher, ShardLayout layout) {
        this.places = places;
        this.prefetcher = prefetcher;
        this.layout = layout;
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
        Map<String, Tensor> columns = new LinkedHashMap<>();
        try {
            for (Column column : layout.columns()) {
                columns.put(column.name(), Tensor.empty(column.dtype(), batched(count, column.shape())));
            }
            fill(columns.values().stream().map(Tensor::buffer).toList(), count);
        } catch (IOException | RuntimeException e) {
            columns.values().forEach(Tensor::close);
            throw e;
        }
        if (remaining != Long.MAX_VALUE) {
            remaining -= count;
        }
        return new Batch(count, columns);
    }

    private static Shape batched(int count, Shape example) {
        return Shape.of(LongStream.concat(LongStream.of(count), Arrays.stream(example.sizes()))
                .toArray());
    }

    private void fill(List<ByteBuffer> targets, int count) throws IOException {
        Position next = position;
        for (int filled = 0; filled < count; filled++) {
            LoadedSplit loaded = current == null ? load(next) : current;
            for (int column = 0; column < targets.size(); column++) {
                int bytes = layout.bytes(column);
                targets.get(column)
                        .put(filled * bytes, loaded.values().get(column), rowOrder[next.example()] * bytes, bytes);
            }
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
