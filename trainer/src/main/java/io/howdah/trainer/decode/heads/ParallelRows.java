// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.Observation;
import io.howdah.trainer.model.lm.ParallelHeads;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Parallel heads of multi-token prediction. Their caches are brought up to date when drafts are wanted, with rows that are certain
 * by then, so that nothing in them is ever taken back.
 */
final class ParallelRows implements RowHeads {
    private static final int CHUNK = 256;

    private final DecoderNetwork target;
    private final List<CachedLayer> layers;
    private final Map<Integer, RowBuffer> unread = new HashMap<>();
    private float[] x = {};

    ParallelRows(DecoderNetwork target, ParallelHeads heads, long cacheBytes) {
        this.target = target;
        this.layers = IntStream.range(0, heads.count())
                .mapToObj(head -> new CachedLayer(target, heads.layer(head), cacheBytes / heads.count()))
                .toList();
    }

    @Override
    public int count() {
        return layers.size();
    }

    @Override
    public void open(int sequence, int positions) {
        layers.forEach(layer -> layer.open(sequence, positions));
        unread.put(sequence, new RowBuffer(target.width()));
    }

    @Override
    public boolean hasRoomFor(int positions) {
        return layers.stream().allMatch(layer -> layer.hasRoomFor(positions));
    }

    @Override
    public void observe(Observation observation) {
        RowBuffer rows = buffer(observation.sequence());
        for (int number : observation.numbers()) {
            rows.add(observation.rows().hidden(), observation.rows().hiddenAt(number));
        }
    }

    private RowBuffer buffer(int sequence) {
        return Objects.requireNonNull(unread.get(sequence));
    }

    @Override
    public boolean isReady(int sequence) {
        return buffer(sequence).end() > layers.get(0).certain(sequence);
    }

    @Override
    public float[] scores(List<DraftRequest> requests, int heads) {
        int rows = requests.size();
        float[] hidden = new float[heads * rows * target.width()];
        for (int head = 0; head < heads; head++) {
            CachedLayer layer = layers.get(head);
            for (DraftRequest request : requests) {
                catchUp(layer, request.sequence());
            }
            layer.begin();
            int[] last = new int[rows];
            for (int i = 0; i < rows; i++) {
                int sequence = requests.get(i).sequence();
                add(layer, sequence, buffer(sequence).end());
                last[i] = layer.rows() - 1;
            }
            layer.run(x);
            for (int i = 0; i < rows; i++) {
                int sequence = requests.get(i).sequence();
                layer.keep(sequence, buffer(sequence).end() - layer.certain(sequence));
                layer.normalise(x, last[i], hidden, head * rows + i);
            }
        }
        requests.forEach(request -> forget(request.sequence()));
        float[] scores = new float[heads * rows * target.vocabulary()];
        target.head().multiply(hidden, heads * rows, scores);
        return scores;
    }

    /** Reads all rows but the last {@code CHUNK}, chunk by chunk. */
    private void catchUp(CachedLayer layer, int sequence) {
        while (buffer(sequence).end() - layer.certain(sequence) > CHUNK) {
            layer.begin();
            add(layer, sequence, layer.certain(sequence) + CHUNK);
            layer.run(x);
            layer.keep(sequence, CHUNK);
        }
    }

    private void add(CachedLayer layer, int sequence, int until) {
        int certain = layer.certain(sequence);
        int row = layer.rows();
        int width = target.width();
        if (x.length < (row + until - certain) * width) {
            x = Arrays.copyOf(x, 2 * (row + until - certain) * width);
        }
        for (int position = certain; position < until; position++) {
            buffer(sequence).copy(position, x, row + position - certain);
        }
        layer.add(sequence, until - certain);
    }

    /** Forgets the rows that every layer has read. */
    private void forget(int sequence) {
        int read =
                layers.stream().mapToInt(layer -> layer.certain(sequence)).min().orElse(0);
        buffer(sequence).forgetBefore(read);
    }

    @Override
    public void close(int sequence) {
        layers.forEach(layer -> layer.close(sequence));
        unread.remove(sequence);
    }

    @Override
    public void close() {
        layers.forEach(CachedLayer::close);
        unread.clear();
    }
}
