// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.jspecify.annotations.Nullable;

/**
 * Lines, in a file that is named by the number of the split, so that the files in the order of their names have the lines
 * in the order of the prompts; MapReduce numbers its tasks by their size. Committed as {@link FileOutputCommitter} does.
 */
public final class OrderedOutput extends FileOutputFormat<IntWritable, Text> {
    /** Name of the file of a split. */
    static String file(int ordinal) {
        return String.format(Locale.ROOT, "part-%05d.jsonl", ordinal);
    }

    @Override
    public RecordWriter<IntWritable, Text> getRecordWriter(TaskAttemptContext context) throws IOException {
        Path directory = ((FileOutputCommitter) getOutputCommitter(context)).getWorkPath();
        return new Lines(directory.getFileSystem(context.getConfiguration()), directory);
    }

    private static final class Lines extends RecordWriter<IntWritable, Text> {
        private final FileSystem fileSystem;
        private final Path directory;
        private @Nullable OutputStream out;

        Lines(FileSystem fileSystem, Path directory) {
            this.fileSystem = fileSystem;
            this.directory = directory;
        }

        @Override
        public void write(IntWritable ordinal, Text line) throws IOException {
            OutputStream stream = out;
            if (stream == null) {
                stream = fileSystem.create(new Path(directory, file(ordinal.get())), false);
                out = stream;
            }
            stream.write(line.getBytes(), 0, line.getLength());
            stream.write('\n');
        }

        @Override
        public void close(TaskAttemptContext context) throws IOException {
            if (out != null) {
                out.close();
            }
        }
    }
}
