// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import io.howdah.trainer.tensor.Philox;
import java.util.Arrays;
import java.util.List;

/**
 * The order in which one of {@code slices} equal readers sees a dataset. It depends only on these values, never on the
 * number of processes, so that a job with the same seed reads the same examples wherever its slices run.
 *
 * <p>Shuffled: every epoch permutes the splits, deals them round-robin to the slices, and permutes the examples inside
 * each split. Sequential: the same dealing without permutations.
 *
 * @param seed seed of both permutations
 * @param mode shuffled (training) or sequential (evaluation)
 * @param slice which of the slices this is, 0-based
 * @param slices how many slices share an epoch
 */
public record ReadOrder(long seed, Mode mode, int slice, int slices) {
    /** Whether permutations apply. */
    public enum Mode {
        SHUFFLED,
        SEQUENTIAL
    }

    public ReadOrder {
        if (slices < 1 || slice < 0 || slice >= slices) {
            throw new IllegalArgumentException("Cannot order a dataset: slice=" + slice + " slices=" + slices
                    + ", expected 0 <= slice < slices; correct the slice");
        }
    }

    /** The whole dataset front to back. */
    public static ReadOrder sequential() {
        return new ReadOrder(0, Mode.SEQUENTIAL, 0, 1);
    }

    /** Indices of the splits that this slice reads in {@code epoch}, in reading order; empty where slices > splits. */
    public int[] splits(long epoch, int splitCount) {
        int[] order = permutation(epoch, -1, splitCount);
        int mine = splitCount <= slice ? 0 : (splitCount - slice + slices - 1) / slices;
        int[] result = new int[mine];
        for (int i = 0; i < mine; i++) {
            result[i] = order[slice + i * slices];
        }
        return result;
    }

    /** Indices of the examples of one split in reading order. */
    public int[] examples(long epoch, Split split) {
        return permutation(epoch, split.index(), split.examples());
    }

    /**
     * Where this slice stands {@code examples} examples behind {@code from}. So every process knows the position of every
     * slice without reading it.
     *
     * @return a position with an example, in the next epoch where this one is used up
     * @throws IllegalArgumentException if the slice has no examples at all
     */
    public Position advance(Position from, long examples, List<Split> splits) {
        Position position = located(from, splits);
        long left = examples;
        while (left > 0) {
            int[] order = splits(position.epoch(), splits.size());
            int size = splits.get(order[position.split()]).examples();
            int taken = (int) Math.min(left, size - position.example());
            left -= taken;
            position = located(new Position(position.epoch(), position.split(), position.example() + taken), splits);
        }
        return position;
    }

    /** Steps over completed and empty splits. */
    private Position located(Position from, List<Split> splits) {
        long epoch = from.epoch();
        int example = from.example();
        int first = from.split();
        while (epoch <= from.epoch() + splits.size() + 1) {
            int[] order = splits(epoch, splits.size());
            for (int split = first; split < order.length; split++) {
                if (example < splits.get(order[split]).examples()) {
                    return new Position(epoch, split, example);
                }
                example = 0;
            }
            epoch++;
            first = 0;
            example = 0;
        }
        throw new IllegalArgumentException("Cannot read dataset: slice=" + slice + " slices=" + slices + " splits="
                + splits.size() + ", expected examples in every slice; use fewer logical workers or more splits");
    }

    private int[] permutation(long epoch, int stream, int size) {
        int[] order = new int[size];
        Arrays.setAll(order, i -> i);
        if (mode == Mode.SHUFFLED) {
            Philox random = new Philox(seed, epoch * 0x1_0000_0001L + stream + 1);
            for (int i = size - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }
}
