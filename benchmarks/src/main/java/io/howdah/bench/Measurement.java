// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import java.util.Arrays;

/** Times a piece of work again and again. */
public final class Measurement {
    private static final int LEAST_RUNS = 7;

    private Measurement() {}

    /** Median seconds of one run of {@code work}, over {@code seconds} after as long a warm-up. */
    public static double median(Runnable work, double seconds) {
        repeat(work, seconds);
        return median(repeat(work, seconds));
    }

    /** The middle value, or the mean of the two middle ones. */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double[] repeat(Runnable work, double seconds) {
        double[] times = new double[64];
        int count = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (count < LEAST_RUNS || System.nanoTime() < end) {
            if (count == times.length) {
                times = Arrays.copyOf(times, 2 * count);
            }
            long start = System.nanoTime();
            work.run();
            times[count++] = (System.nanoTime() - start) / 1e9;
        }
        return Arrays.copyOf(times, count);
    }
}
