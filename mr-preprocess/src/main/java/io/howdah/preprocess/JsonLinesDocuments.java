// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.io.compress.SplittableCompressionCodec;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.apache.hadoop.mapreduce.lib.input.LineRecordReader;
import org.jspecify.annotations.Nullable;

/** Every line of JSON Lines files is a document; files are split, and may be compressed as Hadoop's codecs allow. */
public final class JsonLinesDocuments extends FileInputFormat<Text, BytesWritable> {
    @Override
    protected boolean isSplitable(JobContext context, Path file) {
        var codec = new CompressionCodecFactory(context.getConfiguration()).getCodec(file);
        return codec == null || codec instanceof SplittableCompressionCodec;
    }

    @Override
    public RecordReader<Text, BytesWritable> createRecordReader(InputSplit split, TaskAttemptContext context) {
        return new Reader();
    }

    private static final class Reader extends DocumentReader {
        private static final ObjectMapper MAPPER = new ObjectMapper();

        private final LineRecordReader lines = new LineRecordReader("\n".getBytes(StandardCharsets.US_ASCII));
        private String name = "";
        private String field = "";

        @Override
        void open(InputSplit split, TaskAttemptContext context) throws IOException {
            name = nameOf(((FileSplit) split).getPath());
            field = PreprocessKeys.from(context.getConfiguration()).get(PreprocessKeys.JSONL_FIELD);
            lines.initialize(split, context);
        }

        @Override
        public boolean nextKeyValue() throws IOException {
            while (lines.nextKeyValue()) {
                Text line = lines.getCurrentValue();
                if (!isBlank(line) && includes(name)) {
                    JsonNode text = parse(line);
                    if (text == null || !text.isTextual()) {
                        drop(DropReason.MALFORMED);
                    } else if (accept(name, text.textValue().getBytes(StandardCharsets.UTF_8))) {
                        return true;
                    }
                }
            }
            return false;
        }

        private static boolean isBlank(Text line) {
            for (int i = 0; i < line.getLength(); i++) {
                if (line.getBytes()[i] > ' ' || line.getBytes()[i] < 0) {
                    return false;
                }
            }
            return true;
        }

        private @Nullable JsonNode parse(Text line) {
            try {
                JsonNode object = MAPPER.readTree(line.getBytes(), 0, line.getLength());
                return object == null ? null : object.get(field);
            } catch (IOException e) {
                return null; // the caller counts the line as malformed
            }
        }

        @Override
        public float getProgress() throws IOException {
            return lines.getProgress();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
