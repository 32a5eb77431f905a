// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A dataset of tensors that the program has in memory; it owns them. */
public final class InMemoryDataset implements Dataset {
    private final Map<String, Tensor> columns;
    private final Map<String, String> properties;
    private final List<Split> splits = new ArrayList<>();
    private final int splitExamples;

    /**
     * @param columns tensors [N, …] by name, contiguous, of one N
     * @param properties facts for {@link #properties}
     * @param splitExamples examples per split; the last one may be shorter
     */
    public InMemoryDataset(Map<String, Tensor> columns, Map<String, String> properties, int splitExamples) {
        this.columns = new LinkedHashMap<>(columns);
        this.properties = Map.copyOf(properties);
        this.splitExamples = splitExamples;
        long examples = columns.values().iterator().next().size(0);
        columns.forEach((name, tensor) -> {
            if (tensor.size(0) != examples || !tensor.isContiguous()) {
                throw new IllegalArgumentException("Cannot make dataset: column=" + name + " shape=" + tensor.shape()
                        + ", expected a contiguous tensor of " + examples + " examples; copy or cut it");
            }
            tensor.keep();
        });
        for (long start = 0; start < examples; start += splitExamples) {
            splits.add(new Split(splits.size(), (int) Math.min(splitExamples, examples - start), List.of()));
        }
    }

    @Override
    public List<Column> columns() {
        return columns.entrySet().stream()
                .map(entry -> new Column(
                        entry.getKey(), entry.getValue().dtype(), exampleShape(entry.getValue(), new long[0])))
                .toList();
    }

    @Override
    public List<Split> splits() {
        return List.copyOf(splits);
    }

    @Override
    public Map<String, String> properties() {
        return properties;
    }

    @Override
    public ExampleReader open(ReadOrder order, Position from) {
        return new Reader(order, from);
    }

    @Override
    public void close() {
        columns.values().forEach(Tensor::close);
    }

    /** The shape of one example behind {@code leading} dimensions. */
    private static Shape exampleShape(Tensor column, long[] leading) {
        long[] sizes = new long[leading.length + column.shape().rank() - 1];
        System.arraycopy(leading, 0, sizes, 0, leading.length);
        System.arraycopy(column.shape().sizes(), 1, sizes, leading.length, sizes.length - leading.length);
        return Shape.of(sizes);
    }

    private final class Reader implements ExampleReader {
        private final ReadOrder order;
        private Position position;

        Reader(ReadOrder order, Position from) {
            this.order = order;
            this.position = from;
        }

        @Override
        public Batch next(int examples) {
            int count = order.mode() == ReadOrder.Mode.SEQUENTIAL ? (int) Math.min(examples, remaining()) : examples;
            long[] rows = new long[count];
            for (int read = 0; read < count; ) {
                Position at = order.advance(position, 0, splits);
                int split = order.splits(at.epoch(), splits.size())[at.split()];
                int[] examplesOfSplit = order.examples(at.epoch(), splits.get(split));
                int taken = Math.min(count - read, examplesOfSplit.length - at.example());
                for (int i = 0; i < taken; i++) {
                    rows[read + i] = (long) split * splitExamples + examplesOfSplit[at.example() + i];
                }
                read += taken;
                position = order.advance(at, taken, splits);
            }
            Map<String, Tensor> batch = new LinkedHashMap<>();
            columns.forEach((name, column) -> batch.put(name, gathered(column, rows)));
            return new Batch(count, batch);
        }

        /** Examples until the end of the first epoch. */
        private long remaining() {
            if (position.epoch() > 0) {
                return 0;
            }
            long left = -position.example();
            int[] mine = order.splits(0, splits.size());
            for (int i = position.split(); i < mine.length; i++) {
                left += splits.get(mine[i]).examples();
            }
            return left;
        }

        private Tensor gathered(Tensor column, long[] rows) {
            Tensor result = Tensor.empty(column.dtype(), exampleShape(column, new long[] {rows.length}));
            long bytes = exampleShape(column, new long[0]).elements()
                    * column.dtype().bytes();
            long from = column.address();
            long to = result.address();
            for (int i = 0; i < rows.length; i++) {
                Memory.copy(from + rows[i] * bytes, to + i * bytes, bytes);
            }
            Reference.reachabilityFence(column);
            return result;
        }

        @Override
        public Position position() {
            return position;
        }

        @Override
        public void close() {}
    }
}
