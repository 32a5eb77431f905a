// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.ArrayList;
import java.util.List;

/**
 * One server's part of the flat parameter space, cut into chunks from its own beginning.
 *
 * @param from first flat element, inclusive
 * @param to last flat element, exclusive
 * @param chunkElements elements of every chunk but the last
 */
public record ShardRange(long from, long to, int chunkElements) {
    /** The ranges of all {@code servers}, in order. */
    public static List<ShardRange> cut(ParameterTable table, int servers, int chunkElements) {
        List<ShardRange> ranges = new ArrayList<>();
        for (int server = 0; server < servers; server++) {
            ranges.add(new ShardRange(
                    table.rangeStart(server, servers), table.rangeStart(server + 1, servers), chunkElements));
        }
        return ranges;
    }

    /** The ranges of all {@code servers}, in order, none of which cuts a parameter. */
    public static List<ShardRange> cutAtParameters(ParameterTable table, int servers, int chunkElements) {
        List<ShardRange> ranges = new ArrayList<>();
        for (int server = 0; server < servers; server++) {
            ranges.add(new ShardRange(
                    table.parameterStart(server, servers), table.parameterStart(server + 1, servers), chunkElements));
        }
        return ranges;
    }

    public long elements() {
        return to - from;
    }

    /** Number of chunks; 0 for an empty range. */
    public int chunks() {
        return Math.toIntExact((elements() + chunkElements - 1) / chunkElements);
    }

    /** First flat element of chunk {@code chunk}. */
    public long chunkFrom(int chunk) {
        return from + (long) chunk * chunkElements;
    }

    /** End of chunk {@code chunk}, exclusive. */
    public long chunkTo(int chunk) {
        return Math.min(to, chunkFrom(chunk) + chunkElements);
    }

    /** Length of chunk {@code chunk}. */
    public int chunkSize(int chunk) {
        return (int) (chunkTo(chunk) - chunkFrom(chunk));
    }

    /** The chunk that holds flat element {@code element} of this range. */
    public int chunkAt(long element) {
        return (int) ((element - from) / chunkElements);
    }
}
