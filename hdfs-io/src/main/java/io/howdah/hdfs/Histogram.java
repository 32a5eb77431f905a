// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How often each of the {@value ShardLayout#VOCABULARY} tokens occurs. Not safe for concurrent use. */
public final class Histogram {
    private final long[] counts = new long[ShardLayout.VOCABULARY];

    /** Counts {@code length} tokens of {@code tokens} from {@code offset} on. */
    public void add(byte[] tokens, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            counts[tokens[i] & 0xff]++;
        }
    }

    /** Adds the counts of {@code other}. */
    public void add(Histogram other) {
        for (int token = 0; token < counts.length; token++) {
            counts[token] += other.counts[token];
        }
    }

    /** How often {@code token} occurs. */
    public long count(int token) {
        return counts[token];
    }

    /** Number of tokens. */
    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** Reads what {@link #toString} wrote. */
    public static Histogram parse(String text) {
        String[] fields = text.split(",", -1);
        Histogram histogram = new Histogram();
        if (fields.length != histogram.counts.length) {
            throw new IllegalArgumentException("Cannot read histogram: counts=" + fields.length + ", expected "
                    + histogram.counts.length + "; run preprocess or datagen again");
        }
        for (int token = 0; token < fields.length; token++) {
            histogram.counts[token] = Long.parseLong(fields[token]);
        }
        return histogram;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Histogram histogram && Arrays.equals(counts, histogram.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    /** The counts in order of the tokens, separated by commas. */
    @Override
    public String toString() {
        return Arrays.stream(counts).mapToObj(Long::toString).collect(Collectors.joining(","));
    }
}
