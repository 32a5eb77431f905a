// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.data.ReadOrder.Mode;
import io.howdah.trainer.data.Split;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The splits that one reader reads, in order, from a position on. */
final class SplitOrder {
    private final ReadOrder order;
    private final List<Split> splits;
    private final int splitsPerEpoch;
    private final Position start;

    /** @throws IllegalArgumentException if {@code from} is no position of this order, or if a shuffled order is empty */
    SplitOrder(ReadOrder order, List<Split> splits, Position from) {
        this.order = order;
        this.splits = splits;
        this.splitsPerEpoch = order.splits(0, splits.size()).length;
        if (splitsPerEpoch == 0 && order.mode() == Mode.SHUFFLED) {
            throw new IllegalArgumentException(
                    "Cannot read dataset: splits=" + splits.size() + " slice="
                            + order.slice() + " slices=" + order.slices()
                            + ", expected a split for every slice; run preprocess with fewer rows per batch or use fewer slices");
        }
        this.start = normalised(from);
    }

    private Position normalised(Position from) {
        boolean inside =
                from.epoch() >= 0 && from.split() >= 0 && from.split() <= splitsPerEpoch && from.example() >= 0;
        if (inside && from.split() == splitsPerEpoch && from.example() == 0) {
            return splitsPerEpoch == 0 ? from : new Position(from.epoch() + 1, 0, 0);
        }
        int examples = inside && from.split() < splitsPerEpoch
                ? splits.get(order.splits(from.epoch(), splits.size())[from.split()])
                        .examples()
                : -1;
        if (from.example() > examples) {
            throw new IllegalArgumentException("Cannot resume dataset: position=" + from + " splits=" + splitsPerEpoch
                    + " examples=" + examples
                    + ", expected a position inside the dataset; resume with the dataset and slices of the checkpoint");
        }
        return from.example() == examples ? after(from) : from;
    }

    ReadOrder order() {
        return order;
    }

    /** Where reading begins: at an example that exists, or at the end. */
    Position start() {
        return start;
    }

    /** The beginning of the split after the one of {@code position}. */
    Position after(Position position) {
        return position.split() + 1 < splitsPerEpoch
                ? new Position(position.epoch(), position.split() + 1, 0)
                : new Position(position.epoch() + 1, 0, 0);
    }

    /** Examples from the start to the end; a shuffled order has none. */
    long remaining() {
        if (order.mode() == Mode.SHUFFLED) {
            return Long.MAX_VALUE;
        }
        long remaining = -start.example();
        for (Iterator<Split> rest = iterator(); rest.hasNext(); ) {
            remaining += rest.next().examples();
        }
        return Math.max(0, remaining);
    }

    /** The splits from the start on, epoch after epoch. */
    Iterator<Split> iterator() {
        return new Iterator<>() {
            private Position next = start;
            private int[] indices = order.splits(start.epoch(), splits.size());

            @Override
            public boolean hasNext() {
                return splitsPerEpoch > 0 && (order.mode() == Mode.SHUFFLED || next.epoch() == 0);
            }

            @Override
            public Split next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Split split = splits.get(indices[next.split()]);
                Position after = after(next);
                if (after.epoch() != next.epoch()) {
                    indices = order.splits(after.epoch(), splits.size());
                }
                next = after;
                return split;
            }
        };
    }
}
