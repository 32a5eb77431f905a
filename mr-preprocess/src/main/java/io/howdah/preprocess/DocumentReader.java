// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.trainer.config.Config;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.jspecify.annotations.Nullable;

/** What the readers of all formats share: the name filter, the length limit and the counters of dropped documents. */
abstract class DocumentReader extends RecordReader<Text, BytesWritable> {
    private final Text name = new Text();
    private BytesWritable content = new BytesWritable();
    private @Nullable Settings settings;

    /** What {@link #initialize} found out. */
    private record Settings(TaskAttemptContext context, Glob include, int mostBytes, Path[] roots) {}

    @Override
    public final void initialize(InputSplit split, TaskAttemptContext context) throws IOException {
        Config config = PreprocessKeys.from(context.getConfiguration());
        settings = new Settings(
                context,
                new Glob(config.get(PreprocessKeys.INCLUDE)),
                config.getInt(PreprocessKeys.MAX_DOCUMENT_BYTES),
                FileInputFormat.getInputPaths(Job.getInstance(context.getConfiguration())));
        open(split, context);
    }

    /** Begins to read {@code split}. */
    abstract void open(InputSplit split, TaskAttemptContext context) throws IOException;

    /** Goes on until a document was {@linkplain #accept accepted}, or returns false at the end. */
    @Override
    public abstract boolean nextKeyValue() throws IOException;

    /** Whether a document of this name is to be read; counts it where it is not. */
    final boolean includes(String documentName) {
        boolean included = settings().include.matches(documentName);
        if (!included) {
            drop(DropReason.NOT_INCLUDED);
        }
        return included;
    }

    /** Reads the rest of {@code in} as the next record and returns true, unless it is too long. */
    final boolean accept(String documentName, InputStream in) throws IOException {
        int mostBytes = settings().mostBytes;
        return accept(documentName, in.readNBytes(mostBytes + 1));
    }

    /** Takes the bytes as the next record and returns true, unless they are too many. */
    final boolean accept(String documentName, byte[] bytes) {
        if (bytes.length > settings().mostBytes) {
            drop(DropReason.TOO_LONG);
            return false;
        }
        name.set(documentName);
        content = new BytesWritable(bytes);
        return true;
    }

    final void drop(DropReason reason) {
        settings().context.getCounter(reason).increment(1);
    }

    /** The path of {@code file} below the input directory that it was found in, or its last component. */
    final String nameOf(Path file) {
        String path = file.toUri().getPath();
        for (Path root : settings().roots) {
            String parent = root.toUri().getPath() + "/";
            if (path.startsWith(parent)) {
                return path.substring(parent.length());
            }
        }
        return file.getName();
    }

    static IOException refuse(Path file, String expected, @Nullable Exception cause) {
        String error = cause == null ? "" : " error=" + cause.getMessage();
        return new IOException(
                "Cannot read input: path=" + file + error + ", expected " + expected
                        + "; repair it, take it out of the input or choose another "
                        + PreprocessKeys.FORMAT.name(),
                cause);
    }

    private Settings settings() {
        if (settings == null) {
            throw new IllegalStateException(
                    "Cannot read documents: the reader is new, expected it to be initialised; call initialize first");
        }
        return settings;
    }

    @Override
    public Text getCurrentKey() {
        return name;
    }

    @Override
    public BytesWritable getCurrentValue() {
        return content;
    }
}
