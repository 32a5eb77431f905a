// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import io.howdah.yarn.config.JobConfiguration;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the prompts of a split. */
final class PromptReader extends RecordReader<NullWritable, Prompt> {
    private static final Logger LOG = LoggerFactory.getLogger(PromptReader.class);

    private final Deque<PromptRange> waiting = new ArrayDeque<>();
    private @Nullable TaskAttemptContext context;
    private @Nullable PromptSettings settings;
    private @Nullable PromptCursor cursor;
    private @Nullable Prompt current;
    private long count = 1;
    private long read;

    @Override
    public void initialize(InputSplit split, TaskAttemptContext attempt) {
        PromptSplit prompts = (PromptSplit) split;
        context = attempt;
        settings = new PromptSettings(JobConfiguration.parse(attempt.getConfiguration()));
        waiting.addAll(prompts.ranges());
        count = prompts.count();
    }

    @Override
    public boolean nextKeyValue() throws IOException {
        current = null;
        while (current == null && (cursor != null || !waiting.isEmpty())) {
            if (cursor == null) {
                cursor = open(waiting.remove());
            }
            current = cursor.next();
            if (current == null) {
                cursor.close();
                cursor = null;
            }
        }
        read = current == null ? count : read + 1;
        return current != null;
    }

    private PromptCursor open(PromptRange range) throws IOException {
        PromptSettings known = Objects.requireNonNull(settings);
        Configuration hadoop = Objects.requireNonNull(context).getConfiguration();
        return known.source().open(hadoop, known, range, this::skipped);
    }

    private void skipped(String message) {
        LOG.warn("Skipping a line: {}", message);
        Objects.requireNonNull(context).getCounter(PromptCounter.MALFORMED).increment(1);
    }

    @Override
    public NullWritable getCurrentKey() {
        return NullWritable.get();
    }

    @Override
    public Prompt getCurrentValue() {
        return Objects.requireNonNull(current);
    }

    @Override
    public float getProgress() {
        return Math.min(1, (float) read / Math.max(1, count));
    }

    @Override
    public void close() throws IOException {
        if (cursor != null) {
            cursor.close();
        }
    }
}
