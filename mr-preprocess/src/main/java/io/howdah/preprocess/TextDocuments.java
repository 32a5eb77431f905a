// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.CombineFileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.CombineFileSplit;

/** Every file is a document; one map reads many files. */
public final class TextDocuments extends CombineFileInputFormat<Text, BytesWritable> {
    @Override
    protected boolean isSplitable(JobContext context, Path file) {
        return false;
    }

    @Override
    public RecordReader<Text, BytesWritable> createRecordReader(InputSplit split, TaskAttemptContext context) {
        return new Reader();
    }

    private static final class Reader extends DocumentReader {
        private Path[] files = {};
        private int next;
        private Configuration configuration = new Configuration(false);

        @Override
        void open(InputSplit split, TaskAttemptContext context) {
            files = ((CombineFileSplit) split).getPaths();
            configuration = context.getConfiguration();
        }

        @Override
        public boolean nextKeyValue() throws IOException {
            while (next < files.length) {
                Path file = files[next++];
                String name = nameOf(file);
                if (includes(name)) {
                    try (InputStream in = file.getFileSystem(configuration).open(file)) {
                        if (accept(name, in)) {
                            return true;
                        }
                    }
                }
            }
            return false;
        }

        @Override
        public float getProgress() {
            return files.length == 0 ? 1 : (float) next / files.length;
        }

        @Override
        public void close() {}
    }
}
