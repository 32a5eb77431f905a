// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.data.Column;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.data.Split;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One part of a dataset on a Hadoop file system. A split is a record batch of a shard; the columns are the manifest's.
 *
 * <p>Properties: those of the manifest. Packed tokens (the only column is {@code tokens}, uint8 [L]) have {@code
 * vocabulary}, {@code sequence.length} (L), {@code separator} and {@code histogram} (comma-separated counts of this
 * part's tokens). Opening reads the manifest and lists the shards; it opens none of them.
 */
public final class HdfsDataset implements Dataset {
    private final FileSystem fileSystem;
    private final ShardLayout layout;
    private final PartFacts facts;
    private final Map<String, String> properties;
    private final ShardListing listing;
    private final List<Split> splits;
    private final int[] shardOf;
    private final int[] firstSplitOf;

    private HdfsDataset(FileSystem fileSystem, Path directory, DatasetManifest manifest, Part part) throws IOException {
        this.fileSystem = fileSystem;
        this.layout = manifest.layout();
        this.facts = manifest.part(part);
        this.properties = manifest.properties(part);
        this.listing = ShardListing.of(fileSystem, directory, facts);
        this.splits = new ArrayList<>();
        this.shardOf = new int
                [facts.shards().stream()
                        .mapToInt(shard -> layout.batches(shard.rows()))
                        .sum()];
        this.firstSplitOf = new int[facts.shards().size()];
        for (int shard = 0; shard < facts.shards().size(); shard++) {
            addSplits(shard);
        }
    }

    /**
     * Opens a part of the dataset in {@code directory}. The file system is opened as the calling user; readers use it on
     * threads of their own.
     *
     * @throws IOException in one line, if the dataset is missing or incomplete or a shard is missing or truncated
     */
    public static HdfsDataset open(Configuration hadoop, Path directory, Part part) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(hadoop);
        DatasetManifest manifest = DatasetManifest.read(fileSystem, directory);
        return new HdfsDataset(fileSystem, directory, manifest, part);
    }

    private void addSplits(int shard) throws IOException {
        long rows = facts.shards().get(shard).rows();
        List<List<String>> hosts = listing.hosts(shard, layout.batches(rows));
        firstSplitOf[shard] = splits.size();
        for (int batch = 0; batch < hosts.size(); batch++) {
            int index = splits.size();
            shardOf[index] = shard;
            splits.add(new Split(index, layout.rowsIn(batch, rows), hosts.get(batch)));
        }
    }

    @Override
    public List<Column> columns() {
        return layout.columns();
    }

    @Override
    public List<Split> splits() {
        return List.copyOf(splits);
    }

    @Override
    public Map<String, String> properties() {
        return properties;
    }

    /** {@inheritDoc} The next splits are read ahead on a thread that {@link ExampleReader#close} ends. */
    @Override
    public ExampleReader open(ReadOrder order, Position from) throws IOException {
        SplitOrder places = new SplitOrder(order, splits, from);
        return new HdfsExampleReader(places, new SplitPrefetcher(places.iterator(), new ShardCache(this)), layout);
    }

    /** Opens the shard that holds {@code split} and checks that it is the one of the manifest. */
    ShardReader openShard(int shard) throws IOException {
        ShardReader reader = ShardReader.open(fileSystem, listing.path(shard));
        long rows = facts.shards().get(shard).rows();
        if (reader.rows() != rows || !reader.layout().equals(layout)) {
            reader.close();
            throw new IOException("Cannot read shard: path=" + listing.path(shard) + " rows=" + reader.rows() + " "
                    + reader.layout() + ", expected rows=" + rows + " " + layout
                    + " as in the manifest; run preprocess or datagen again");
        }
        return reader;
    }

    int shardOf(int split) {
        return shardOf[split];
    }

    /** Index of the split's batch inside its shard. */
    int batchOf(int split) {
        return split - firstSplitOf[shardOf[split]];
    }

    /** Does nothing: the file system is shared. */
    @Override
    public void close() {}
}
