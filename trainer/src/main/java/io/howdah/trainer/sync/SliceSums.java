// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.sync.ParameterShard.Arrival;
import java.util.Arrays;
import java.util.List;

/** One attempt at one logical worker's gradients of one step, as far as one shard keeps them: every part counts once. */
final class SliceSums {
    private final ShardUpdates updates;
    private final TableShards tables;
    private final ChunkSum[] chunks;
    private final List<RowSum> rows;
    private final ExactSum squares = new ExactSum();
    private int completeChunks;
    private int completeTables;
    private long samples = -1;

    /** @param chunks sums of one contribution each */
    SliceSums(ShardUpdates updates, TableShards tables, ChunkSum[] chunks) {
        this.updates = updates;
        this.tables = tables;
        this.chunks = chunks;
        this.rows = tables.sliceSums();
    }

    /** Takes a checked gradient of one chunk, and releases its payload. */
    Arrival add(Contribution contribution, Payload payload) {
        checkSamples(contribution, payload);
        ChunkSum sum = chunks[contribution.chunk()];
        if (sum.hasSeen(0)) {
            payload.release();
            return Arrival.DUPLICATE;
        }
        sum.add(contribution.alone(), payload);
        sum.average();
        updates.addSquares(sum, squares);
        completeChunks++;
        endIfComplete();
        return Arrival.FOLDED;
    }

    /** Takes a checked piece of rows, and releases its payload. */
    Arrival addRows(RowContribution contribution, Payload payload) {
        checkSamples(contribution.slice(), payload);
        RowSum sum = rows.get(contribution.push().table());
        RowContribution alone = contribution.alone();
        try {
            tables.checkCut(contribution, sum.pieces(0));
        } catch (IllegalArgumentException e) {
            payload.release();
            throw e;
        }
        if (sum.hasSeen(alone)) {
            payload.release();
            return Arrival.DUPLICATE;
        }
        sum.add(alone, payload);
        if (sum.isComplete()) {
            sum.average();
            completeTables++;
            endIfComplete();
        }
        return Arrival.FOLDED;
    }

    private void checkSamples(Contribution contribution, Payload payload) {
        if (contribution.samples() < 0 || samples >= 0 && contribution.samples() != samples) {
            payload.release();
            throw ParameterShard.otherSamples(contribution, samples);
        }
        samples = contribution.samples();
    }

    /**
     * Adds the squares of what can only be added when everything is there. Of rows all, also those whose ids may not be admitted:
     * that depends on the slices before, which are not known yet.
     */
    private void endIfComplete() {
        if (isComplete()) {
            updates.addSquares(gradients(), squares);
            rows.forEach(sum -> sum.addSquares(squares));
        }
    }

    boolean isComplete() {
        return completeChunks == chunks.length && completeTables == rows.size();
    }

    boolean isOf(long reported) {
        return samples == reported;
    }

    /** Σg² of the complete slice. */
    ExactSum squares() {
        return squares;
    }

    /** The gradient by chunk; the optimiser may scale it in place. */
    float[][] gradients() {
        return Arrays.stream(chunks).map(ChunkSum::gradient).toArray(float[][]::new);
    }

    /** Moves the rows of all tables. */
    void applyRows(long appliedSteps, double learningRate, float clip) {
        for (int table = 0; table < rows.size(); table++) {
            tables.all().get(table).apply(rows.get(table), appliedSteps, learningRate, clip);
        }
    }

    /** Makes room for another slice. */
    void clear() {
        Arrays.stream(chunks).forEach(ChunkSum::clear);
        rows.forEach(RowSum::clear);
        squares.clear();
        completeChunks = 0;
        completeTables = 0;
        samples = -1;
    }
}
