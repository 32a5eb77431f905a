// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.Optimiser;
import java.util.List;

/** Shards that lack one rule of the real one. */
public final class BrokenShards {
    private BrokenShards() {}

    /** Adds what comes twice, twice. */
    public static ParameterShard withoutDedup(
            ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables) {
        return new ParameterShard(table, range, logicalWorkers, optimiser, tables, Repeating::new);
    }

    /** Adds in order of arrival. */
    public static ParameterShard withoutOrder(
            ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables) {
        return new ParameterShard(table, range, logicalWorkers, optimiser, tables, InArrivalOrder::new);
    }

    /** Takes gradients of dead attempts. */
    public static ParameterShard withoutAttempts(
            ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables) {
        return new ParameterShard(table, range, logicalWorkers, optimiser, tables) {
            @Override
            boolean isFenced(Contribution contribution) {
                return false;
            }
        };
    }

    /** Adds what comes twice, twice; by slices. */
    public static class RepeatingSlices extends SliceShard {
        public RepeatingSlices(
                ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables) {
            super(table, range, logicalWorkers, optimiser, tables, RepeatingSlice::new);
        }
    }

    /** The sum of one slice: what comes again is added to the mean. */
    private static final class RepeatingSlice extends ChunkSum {
        RepeatingSlice(int elements, int logicalWorkers, WireKernel kernel) {
            super(elements, logicalWorkers, kernel);
        }

        @Override
        boolean hasSeen(int logicalWorker) {
            return false;
        }

        @Override
        boolean add(Contribution contribution, Payload payload) {
            if (!isComplete()) {
                return super.add(contribution, payload);
            }
            sumUp(List.of(new Waiting(contribution, payload)));
            return true;
        }
    }

    private static final class Repeating extends ChunkSum {
        Repeating(int elements, int logicalWorkers, WireKernel kernel) {
            super(elements, logicalWorkers, kernel);
        }

        @Override
        boolean hasSeen(int logicalWorker) {
            return logicalWorker >= next() && super.hasSeen(logicalWorker);
        }

        @Override
        boolean add(Contribution contribution, Payload payload) {
            if (contribution.logicalWorker() >= next()) {
                return super.add(contribution, payload);
            }
            sumUp(List.of(new Waiting(contribution, payload)));
            return true;
        }
    }

    private static final class InArrivalOrder extends ChunkSum {
        InArrivalOrder(int elements, int logicalWorkers, WireKernel kernel) {
            super(elements, logicalWorkers, kernel);
        }

        @Override
        boolean isNext(int logicalWorker) {
            return true;
        }
    }
}
