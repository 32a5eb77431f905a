// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.trainer.kernel.threads.Team;

/** How many bytes per second all threads together read from memory: the bound of decoding one text. */
final class ReadBandwidth {
    private static final int ELEMENTS = 1 << 24;
    private static final int PARTS = 64;
    private static final int REPETITIONS = 12;

    private ReadBandwidth() {}

    /** The best of a few passes over 64 MiB per thread, more than nearby caches hold. */
    static double bytesPerSecond(int threads) {
        int[][] arrays = new int[threads][ELEMENTS];
        int[] sums = new int[threads * PARTS];
        long best = Long.MAX_VALUE;
        try (Team team = new Team(threads)) {
            for (int repetition = 0; repetition < REPETITIONS; repetition++) {
                long start = System.nanoTime();
                team.run(
                        threads * PARTS,
                        (item, thread) -> sums[item] =
                                sum(arrays[item / PARTS], item % PARTS * (ELEMENTS / PARTS), ELEMENTS / PARTS));
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        int sum = 0;
        for (int part : sums) {
            sum += part;
        }
        // The sum is 0; the question keeps the reads from being left out.
        return (sum == 0 ? 4e9 : 0) * threads * ELEMENTS / best;
    }

    private static int sum(int[] array, int from, int count) {
        int sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += array[i];
        }
        return sum;
    }
}
