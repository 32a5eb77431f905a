// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.util.List;

/**
 * One part of a dataset.
 *
 * @param documents number of documents that were packed into its rows; 0 where the rows are not packed tokens
 * @param histogram counts of the tokens of all its rows; empty where the rows are not packed tokens
 * @param shards its shards in the dataset's own order
 */
public record PartFacts(long documents, Histogram histogram, List<ShardEntry> shards) {
    public PartFacts {
        shards = List.copyOf(shards);
    }

    /** A part whose rows are not packed tokens. */
    public static PartFacts ofExamples(List<ShardEntry> shards) {
        return new PartFacts(0, new Histogram(), shards);
    }

    /** Number of rows in all shards. */
    public long rows() {
        return shards.stream().mapToLong(ShardEntry::rows).sum();
    }

    /** Bytes of all shards. */
    public long bytes() {
        return shards.stream().mapToLong(ShardEntry::bytes).sum();
    }
}
