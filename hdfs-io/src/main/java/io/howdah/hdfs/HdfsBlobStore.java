// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.checkpoint.BlobStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Sets of blobs as directories below a root on a Hadoop file system. A pending set is the directory {@code
 * _pending-<set>}; committing renames it, which is atomic on HDFS and on local disks and on object stores only as far as
 * their rename is. Safe for concurrent use.
 */
public final class HdfsBlobStore implements BlobStore {
    private static final String PENDING = "_pending-";
    private static final String DELETED = "_deleted-";

    private final Configuration hadoop;
    private final Path unqualified;
    private @Nullable Opened opened;

    private HdfsBlobStore(Configuration hadoop, Path unqualified) {
        this.hadoop = hadoop;
        this.unqualified = unqualified;
    }

    /**
     * A store below {@code root}, which need not exist yet. The file system is opened by the first call, as the user who
     * makes it: a process that only may have to write later starts sooner.
     */
    public static HdfsBlobStore at(Configuration hadoop, Path root) {
        return new HdfsBlobStore(hadoop, root);
    }

    private synchronized Opened files() throws IOException {
        Opened files = opened;
        if (files == null) {
            FileSystem fileSystem = unqualified.getFileSystem(hadoop);
            Path root = fileSystem.makeQualified(unqualified);
            // Without Hadoop's checksum files: only the raw file system syncs to disk, and blobs bring their own
            // checksums.
            FileSystem raw = fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
            files = new Opened(root, raw, FileContext.getFileContext(root.toUri(), hadoop));
            opened = files;
        }
        return files;
    }

    private record Opened(Path root, FileSystem fileSystem, FileContext context) {}

    @Override
    public OutputStream create(String set, String blob) throws IOException {
        Path path = new Path(path(PENDING, set), checked("blob", blob));
        return new SyncedStream(files().fileSystem().create(path, true));
    }

    @Override
    public void commit(String set) throws IOException {
        Path committed = path("", set);
        try {
            files().context().rename(path(PENDING, set), committed, Rename.NONE);
        } catch (FileNotFoundException e) {
            throw new IOException(
                    "Cannot commit set: path=" + path(PENDING, set)
                            + " is missing, expected a pending set; create its blobs first",
                    e);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    "Cannot commit set: path=" + committed
                            + " exists, expected no committed set of this name; delete it or choose another name",
                    e);
        }
    }

    @Override
    public void abandon(String set) throws IOException {
        files().fileSystem().delete(path(PENDING, set), true);
    }

    @Override
    public List<String> committed() throws IOException {
        List<String> sets = new ArrayList<>();
        FileStatus[] statuses;
        try {
            statuses = files().fileSystem().listStatus(files().root());
        } catch (FileNotFoundException e) {
            return sets;
        }
        for (FileStatus status : statuses) {
            String name = status.getPath().getName();
            if (status.isDirectory() && !isHidden(name)) {
                sets.add(name);
            }
        }
        Collections.sort(sets);
        return sets;
    }

    @Override
    public InputStream open(String set, String blob) throws IOException {
        Path path = new Path(path("", set), checked("blob", blob));
        try {
            return files().fileSystem().open(path);
        } catch (FileNotFoundException e) {
            throw new IOException(
                    "Cannot open blob: path=" + path + " is missing, expected a blob of a committed set; choose one of "
                            + committed(),
                    e);
        }
    }

    /** {@inheritDoc} Renamed first, so that a delete that is cut short leaves no committed set with blobs missing. */
    @Override
    public void delete(String set) throws IOException {
        Path deleted = path(DELETED, set);
        files().fileSystem().delete(deleted, true);
        try {
            files().context().rename(path("", set), deleted, Rename.NONE);
        } catch (FileNotFoundException e) {
            throw new IOException(
                    "Cannot delete set: path=" + path("", set) + " is missing, expected a committed set; choose one of "
                            + committed(),
                    e);
        }
        files().fileSystem().delete(deleted, true);
    }

    @Override
    public String location(String set) {
        try {
            return path("", set).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path path(String prefix, String set) throws IOException {
        return new Path(files().root(), prefix + checked("set", set));
    }

    private static String checked(String what, String name) {
        if (name.isEmpty() || isHidden(name) || !name.matches("[A-Za-z0-9_.=-]+")) {
            throw new IllegalArgumentException("Cannot name " + what + ": name=" + name
                    + ", expected letters, digits and _.=- without _ or . in front; choose another name");
        }
        return name;
    }

    private static boolean isHidden(String name) {
        return name.startsWith("_") || name.startsWith(".");
    }

    /** Makes its bytes durable before it closes. */
    private static final class SyncedStream extends OutputStream {
        private final FSDataOutputStream out;
        private boolean closed;

        SyncedStream(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] content, int offset, int length) throws IOException {
            out.write(content, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                try (FSDataOutputStream closing = out) {
                    closing.hsync();
                }
            }
        }
    }
}
