// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes datasets whose rows are all different, and knows their rows. */
final class SampleDataset {
    private SampleDataset() {}

    /** Rows of random tokens; the first four tokens of each are its number. */
    static byte[][] rows(int count, int sequenceLength, long seed) {
        Random random = new Random(seed);
        byte[][] rows = new byte[count][sequenceLength];
        for (int row = 0; row < count; row++) {
            random.nextBytes(rows[row]);
            for (int i = 0; i < Math.min(4, sequenceLength); i++) {
                rows[row][i] = (byte) (row >>> 8 * i);
            }
        }
        return rows;
    }

    static ShardFacts writeShard(FileSystem fileSystem, Path path, ShardLayout layout, byte[][] rows)
            throws IOException {
        try (ShardWriter writer = ShardWriter.to(fileSystem.create(path), layout)) {
            for (byte[] row : rows) {
                writer.write(row, 0);
            }
            return writer.finish();
        }
    }

    /** Writes train shards with these numbers of rows and an empty held-out part; returns the rows in order. */
    static byte[][] write(FileSystem fileSystem, Path directory, ShardLayout layout, List<Integer> shardRows)
            throws IOException {
        int total = shardRows.stream().mapToInt(Integer::intValue).sum();
        byte[][] rows = rows(total, layout.sequenceLength(), 7);
        List<ShardEntry> shards = new ArrayList<>();
        Histogram histogram = new Histogram();
        int first = 0;
        for (int shard = 0; shard < shardRows.size(); shard++) {
            byte[][] own = Arrays.copyOfRange(rows, first, first + shardRows.get(shard));
            String name = "train/part-%05d.arrow".formatted(shard);
            ShardFacts facts = writeShard(fileSystem, new Path(directory, name), layout, own);
            shards.add(new ShardEntry(name, facts.bytes(), facts.rows(), facts.crc32c()));
            histogram.add(facts.histogram());
            first += own.length;
        }
        PartFacts heldout = new PartFacts(0, new Histogram(), List.of());
        Map<Part, PartFacts> parts = Map.of(Part.TRAIN, new PartFacts(total, histogram, shards), Part.HELDOUT, heldout);
        new DatasetManifest(layout, "rows made for a test", parts).write(fileSystem, directory);
        return rows;
    }

    /** The remaining bytes. */
    static byte[] bytes(ByteBuffer values) {
        byte[] bytes = new byte[values.remaining()];
        values.duplicate().get(bytes);
        return bytes;
    }

    /** Rows with random bytes in every column. */
    static List<ByteBuffer[]> rows(ShardLayout layout, int count, long seed) {
        Random random = new Random(seed);
        List<ByteBuffer[]> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            ByteBuffer[] values = new ByteBuffer[layout.columns().size()];
            for (int column = 0; column < values.length; column++) {
                byte[] bytes = new byte[layout.bytes(column)];
                random.nextBytes(bytes);
                values[column] = ByteBuffer.wrap(bytes);
            }
            rows.add(values);
        }
        return rows;
    }

    static ShardFacts writeShard(FileSystem fileSystem, Path path, ShardLayout layout, List<ByteBuffer[]> rows)
            throws IOException {
        try (ShardWriter writer = ShardWriter.to(fileSystem.create(path), layout)) {
            for (ByteBuffer[] row : rows) {
                writer.write(row);
            }
            return writer.finish();
        }
    }

    /** Writes train shards of two halves and an empty held-out part. */
    static void write(FileSystem fileSystem, Path directory, ShardLayout layout, ByteBuffer[][] rows)
            throws IOException {
        List<ShardEntry> shards = new ArrayList<>();
        int half = rows.length / 2;
        for (int shard = 0; shard < 2; shard++) {
            List<ByteBuffer[]> own = Arrays.asList(rows).subList(shard * half, shard == 0 ? half : rows.length);
            String name = Part.TRAIN.shardPath(shard);
            ShardFacts facts = writeShard(fileSystem, new Path(directory, name), layout, own);
            shards.add(new ShardEntry(name, facts.bytes(), facts.rows(), facts.crc32c()));
        }
        Map<Part, PartFacts> parts =
                Map.of(Part.TRAIN, PartFacts.ofExamples(shards), Part.HELDOUT, PartFacts.ofExamples(List.of()));
        new DatasetManifest(layout, "rows made for a test", Map.of("classes", "7"), parts).write(fileSystem, directory);
    }
}
