// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Histogram;
import io.howdah.hdfs.Part;
import io.howdah.hdfs.PartFacts;
import io.howdah.hdfs.ShardEntry;
import io.howdah.hdfs.ShardFacts;
import io.howdah.hdfs.ShardLayout;
import io.howdah.trainer.config.Config;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;

/**
 * Packs the documents of one reducer into a train and a held-out shard, and says in a manifest of its own, beside them,
 * what they hold; so the committer needs to open no shard.
 */
final class ShardRecordWriter extends RecordWriter<BytesWritable, BytesWritable> {
    private final FileSystem fileSystem;
    private final Path directory;
    private final int shard;
    private final ShardLayout layout;
    private final String source;
    private final double heldoutFraction;
    private final Map<Part, RowPacker> packers = new EnumMap<>(Part.class);

    private ShardRecordWriter(FileSystem fileSystem, Path directory, int shard, Config config) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.shard = shard;
        this.layout = PreprocessKeys.layout(config);
        this.source = config.get(PreprocessKeys.INPUT);
        this.heldoutFraction = config.get(PreprocessKeys.HELDOUT_FRACTION);
    }

    static ShardRecordWriter into(Path directory, TaskAttemptContext context) throws IOException {
        return new ShardRecordWriter(
                directory.getFileSystem(context.getConfiguration()),
                directory,
                context.getTaskAttemptID().getTaskID().getId(),
                PreprocessKeys.from(context.getConfiguration()));
    }

    @Override
    public void write(BytesWritable key, BytesWritable document) throws IOException {
        Part part = DocumentKey.part(key, heldoutFraction);
        RowPacker packer = packers.get(part);
        if (packer == null) {
            packer = new RowPacker(fileSystem.create(new Path(directory, part.shardPath(shard)), false), layout);
            packers.put(part, packer);
        }
        packer.add(document.getBytes(), document.getLength());
    }

    /** Hadoop calls this after a failed reduce too; what it then leaves is never committed. */
    @Override
    public void close(TaskAttemptContext context) throws IOException {
        Map<Part, PartFacts> parts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            RowPacker packer = packers.get(part);
            if (packer == null) {
                parts.put(part, new PartFacts(0, new Histogram(), List.of()));
            } else {
                ShardFacts facts = packer.finish();
                ShardEntry entry = new ShardEntry(part.shardPath(shard), facts.bytes(), facts.rows(), facts.crc32c());
                parts.put(part, new PartFacts(packer.documents(), facts.histogram(), List.of(entry)));
            }
        }
        Path facts = new Path(new Path(directory, DatasetCommitter.FACTS), "part-%05d".formatted(shard));
        new DatasetManifest(layout, source, parts).write(fileSystem, facts);
    }
}
