// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.jspecify.annotations.Nullable;

/** Every entry of zip or jar archives is a document; one map reads one archive. */
public final class ZipDocuments extends FileInputFormat<Text, BytesWritable> {
    @Override
    protected boolean isSplitable(JobContext context, Path file) {
        return false;
    }

    @Override
    public RecordReader<Text, BytesWritable> createRecordReader(InputSplit split, TaskAttemptContext context) {
        return new Reader();
    }

    private static final class Reader extends DocumentReader {
        /** Signatures of a first entry, and of the directory of an archive without entries. */
        private static final int ENTRY = 0x504b0304;

        private static final int NO_ENTRIES = 0x504b0506;

        private Path path = new Path("/");
        private long bytes;
        private @Nullable FSDataInputStream stream;
        private @Nullable ZipInputStream zip;

        @Override
        void open(InputSplit split, TaskAttemptContext context) throws IOException {
            FileSplit archive = (FileSplit) split;
            path = archive.getPath();
            bytes = archive.getLength();
            FSDataInputStream opened =
                    path.getFileSystem(context.getConfiguration()).open(path);
            stream = opened;
            // ZipInputStream takes what does not begin like an archive for an empty one.
            int signature = bytes < Integer.BYTES ? 0 : opened.readInt();
            if (signature != ENTRY && signature != NO_ENTRIES) {
                throw refuse(path, "a zip archive", null);
            }
            opened.seek(0);
            zip = new ZipInputStream(opened, StandardCharsets.UTF_8);
        }

        @Override
        public boolean nextKeyValue() throws IOException {
            if (zip == null) {
                return false;
            }
            try {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    if (!entry.isDirectory() && includes(entry.getName()) && accept(entry.getName(), zip)) {
                        return true;
                    }
                }
                return false;
            } catch (EOFException | ZipException e) {
                throw refuse(path, "an intact zip archive", e);
            }
        }

        @Override
        public float getProgress() throws IOException {
            return stream == null || bytes == 0 ? 0 : Math.min(1, (float) stream.getPos() / bytes);
        }

        @Override
        public void close() throws IOException {
            if (stream != null) {
                stream.close();
            }
        }
    }
}
