// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps the shards open that were read last, because a shuffled reader comes back to them. */
final class ShardCache implements Closeable {
    private static final int MOST_OPEN = 16;

    private final HdfsDataset dataset;
    private final Map<Integer, ShardReader> open = new LinkedHashMap<>(16, 0.75f, true);

    ShardCache(HdfsDataset dataset) {
        this.dataset = dataset;
    }

    /** The values of a split's columns, as {@link ShardReader#read} gives them. */
    List<ByteBuffer> read(int split) throws IOException {
        int shard = dataset.shardOf(split);
        ShardReader reader = open.get(shard);
        if (reader == null) {
            if (open.size() == MOST_OPEN) {
                Iterator<ShardReader> leastRecent = open.values().iterator();
                leastRecent.next().close();
                leastRecent.remove();
            }
            reader = dataset.openShard(shard);
            open.put(shard, reader);
        }
        return reader.read(dataset.batchOf(split));
    }

    @Override
    public void close() throws IOException {
        for (ShardReader reader : open.values()) {
            reader.close();
        }
        open.clear();
    }
}
