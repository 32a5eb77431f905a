// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.checkpoint.ModelFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** A folder of a model's files on a Hadoop file system. */
public final class HdfsModelFolder implements ModelFolder {
    private final FileSystem fileSystem;
    private final Path path;

    private HdfsModelFolder(FileSystem fileSystem, Path path) {
        this.fileSystem = fileSystem;
        this.path = path;
    }

    public static HdfsModelFolder at(Configuration hadoop, Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem(hadoop);
        Path qualified = fileSystem.makeQualified(path);
        // Others' files come without Hadoop's checksum files, and stale ones would be worse than none.
        return new HdfsModelFolder(
                fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem, qualified);
    }

    @Override
    public String location() {
        return path.toString();
    }

    @Override
    public List<String> files() throws IOException {
        try {
            return Arrays.stream(fileSystem.listStatus(path))
                    .filter(FileStatus::isFile)
                    .map(status -> status.getPath().getName())
                    .sorted()
                    .toList();
        } catch (FileNotFoundException e) {
            throw new IOException(
                    "Cannot read model: folder=" + path + " is missing, expected a folder with config.json; correct"
                            + " the path",
                    e);
        }
    }

    @Override
    public InputStream open(String file) throws IOException {
        try {
            return fileSystem.open(new Path(path, file));
        } catch (FileNotFoundException e) {
            throw new IOException(
                    "Cannot read model: folder=" + path + " has no " + file + ", expected one of " + files()
                            + "; complete the folder",
                    e);
        }
    }
}
