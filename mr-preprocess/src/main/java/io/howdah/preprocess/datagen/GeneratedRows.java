// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.hdfs.Part;
import io.howdah.hdfs.ShardEntry;
import io.howdah.hdfs.ShardFacts;
import io.howdah.hdfs.ShardLayout;
import io.howdah.hdfs.ShardWriter;
import io.howdah.trainer.data.Column;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One shard's examples.
 *
 * @param part part of the dataset
 * @param shard index of the shard
 * @param first number of the first example
 * @param count number of examples
 */
record GeneratedRows(Part part, int shard, long first, long count) {
    /** Draws the examples into a new file below {@code directory}. */
    ShardEntry write(Generator generator, ShardLayout layout, FileSystem fileSystem, Path directory)
            throws IOException {
        String name = part.shardPath(shard);
        ByteBuffer[] row = buffers(layout.columns());
        try (ShardWriter writer = ShardWriter.to(fileSystem.create(new Path(directory, name), false), layout)) {
            for (long number = first; number < first + count; number++) {
                if (Thread.interrupted()) {
                    throw new IOException("Cannot write shard: path=" + name
                            + " interrupted, expected to reach its end; run datagen again");
                }
                generator.draw(number, row);
                writer.write(row);
            }
            ShardFacts facts = writer.finish();
            return new ShardEntry(name, facts.bytes(), facts.rows(), facts.crc32c());
        }
    }

    /** Little-endian buffers for one example. */
    static ByteBuffer[] buffers(List<Column> columns) {
        return columns.stream()
                .map(column -> ByteBuffer.allocate(Math.toIntExact(
                                column.shape().elements() * column.dtype().bytes()))
                        .order(ByteOrder.LITTLE_ENDIAN))
                .toArray(ByteBuffer[]::new);
    }
}
