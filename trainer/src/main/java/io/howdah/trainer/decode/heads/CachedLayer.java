// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.BlockStack;
import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.KvCache;
import io.howdah.trainer.decode.engine.NodeBatch;
import io.howdah.trainer.decode.engine.NodeBatch.Wanted;
import io.howdah.trainer.decode.engine.RowNorm;
import io.howdah.trainer.model.lm.HeadLayer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The block of a head with keys and values of its own, which hold what is certain of every text. */
final class CachedLayer {
    private final BlockStack blocks;
    private final RowNorm norm;
    private final KvCache cache;
    private final Map<Integer, CachedSequence> sequences = new HashMap<>();
    private final NodeBatch batch = new NodeBatch();

    CachedLayer(DecoderNetwork target, HeadLayer layer, long cacheBytes) {
        this.blocks = new BlockStack(target.compute(), target.shape(), List.of(layer.block()));
        this.norm = new RowNorm(target.compute(), layer.norm());
        this.cache = blocks.cache(cacheBytes);
    }

    boolean hasRoomFor(int positions) {
        return cache.hasRoomFor(positions);
    }

    void open(int sequence, int positions) {
        sequences.put(sequence, cache.open(positions));
    }

    /** Positions that are certain. */
    int certain(int sequence) {
        return of(sequence).committed();
    }

    private CachedSequence of(int sequence) {
        return Objects.requireNonNull(sequences.get(sequence));
    }

    /** Begins a forward. */
    void begin() {
        batch.clear();
    }

    /** Adds the next {@code count} positions of a text, whose rows are the next ones. */
    void add(int sequence, int count) {
        int parent = CachedSequence.COMMITTED;
        for (int i = 0; i < count; i++) {
            parent = batch.add(of(sequence), 0, parent, Wanted.NOTHING);
        }
    }

    int rows() {
        return batch.rows();
    }

    /** Runs the block over the rows of x [rows, E] in place, not normalised. */
    void run(float[] x) {
        blocks.forward(cache, batch, x);
    }

    /** Keeps the first {@code count} of the positions that were added and forgets the others. */
    void keep(int sequence, int count) {
        of(sequence).acceptChain(count);
    }

    /** Normalises row {@code row} of x into row {@code into} of out. */
    void normalise(float[] x, int row, float[] out, int into) {
        norm.apply(x, row, out, into);
    }

    void close(int sequence) {
        Objects.requireNonNull(sequences.remove(sequence)).close();
    }

    void close() {
        sequences.values().forEach(CachedSequence::close);
        sequences.clear();
    }
}
