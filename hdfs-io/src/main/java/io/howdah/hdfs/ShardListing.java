// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** The file system's view of the shards of one part, which agrees with the manifest: paths, lengths and hosts. */
final class ShardListing {
    private final List<LocatedFileStatus> files;

    private ShardListing(List<LocatedFileStatus> files) {
        this.files = files;
    }

    /** @throws IOException naming the first shard that is missing or has another length than {@code facts} says */
    static ShardListing of(FileSystem fileSystem, Path directory, PartFacts facts) throws IOException {
        Map<Path, Map<String, LocatedFileStatus>> listed = new HashMap<>();
        List<LocatedFileStatus> files = new ArrayList<>();
        for (ShardEntry shard : facts.shards()) {
            Path path = new Path(directory, shard.path());
            Path parent = path.getParent();
            if (!listed.containsKey(parent)) {
                listed.put(parent, list(fileSystem, parent));
            }
            LocatedFileStatus file = listed.getOrDefault(parent, Map.of()).get(path.getName());
            if (file == null || file.getLen() != shard.bytes()) {
                throw new IOException("Cannot read shard: path=" + path + " "
                        + (file == null ? "is missing" : "bytes=" + file.getLen()) + ", expected " + shard.bytes()
                        + " bytes; run preprocess or datagen again");
            }
            files.add(file);
        }
        return new ShardListing(files);
    }

    private static Map<String, LocatedFileStatus> list(FileSystem fileSystem, Path directory) throws IOException {
        Map<String, LocatedFileStatus> files = new HashMap<>();
        try {
            RemoteIterator<LocatedFileStatus> statuses = fileSystem.listLocatedStatus(directory);
            while (statuses.hasNext()) {
                LocatedFileStatus status = statuses.next();
                files.put(status.getPath().getName(), status);
            }
        } catch (FileNotFoundException e) {
            return files;
        }
        return files;
    }

    Path path(int shard) {
        return files.get(shard).getPath();
    }

    /** Hosts of each of {@code batches} equal stretches of the shard: batches have one size, so this is close enough. */
    List<List<String>> hosts(int shard, int batches) throws IOException {
        LocatedFileStatus file = files.get(shard);
        BlockLocation[] blocks = file.getBlockLocations();
        List<List<String>> hosts = new ArrayList<>(batches);
        List<String> current = List.of();
        int block = -1;
        for (int batch = 0; batch < batches; batch++) {
            long offset = (long) ((double) file.getLen() * batch / batches);
            while (block + 1 < blocks.length && blocks[block + 1].getOffset() <= offset) {
                block++;
                current = List.of(blocks[block].getHosts());
            }
            hosts.add(current);
        }
        return hosts;
    }
}
