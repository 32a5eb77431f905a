// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.prompt.Prompt;
import io.howdah.yarn.generate.prompt.PromptInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.MapContext;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.lib.map.WrappedMapper;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.task.MapContextImpl;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that fails half-way and is tried again, or runs twice at a time, leaves the bytes of one that was not disturbed. */
class RepeatedTaskTest {
    private static final int NEVER = -1;

    @TempDir
    private static Path folder;

    /** Passes prompts on until it breaks. */
    private static final class Breaking extends RecordReader<NullWritable, Prompt> {
        private final RecordReader<NullWritable, Prompt> whole;
        private int left;

        Breaking(RecordReader<NullWritable, Prompt> whole, int prompts) {
            this.whole = whole;
            this.left = prompts;
        }

        @Override
        public void initialize(InputSplit split, TaskAttemptContext context) {}

        @Override
        public boolean nextKeyValue() throws IOException, InterruptedException {
            if (left-- == 0) {
                throw new IOException("the node is gone");
            }
            return whole.nextKeyValue();
        }

        @Override
        public NullWritable getCurrentKey() {
            return NullWritable.get();
        }

        @Override
        public Prompt getCurrentValue() throws IOException, InterruptedException {
            return whole.getCurrentValue();
        }

        @Override
        public float getProgress() {
            return 0;
        }

        @Override
        public void close() throws IOException {
            whole.close();
        }
    }

    private static Job job(WriterFixture writer, Path prompts, String output) throws Exception {
        Configuration hadoop = new Configuration();
        for (String setting : writer.with(
                output,
                "howdah.generate.input=" + prompts,
                "howdah.decode.temperature=1",
                "howdah.decode.drafter=ngram",
                "howdah.generate.tasks=2")) {
            hadoop.set(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        Config config = JobConfiguration.parse(hadoop);
        Job job = Job.getInstance(hadoop);
        org.apache.hadoop.fs.Path model =
                new org.apache.hadoop.fs.Path(writer.model().toString());
        TaskModels.ship(job, ModelFiles.find(hadoop, config, model), null);
        FileOutputFormat.setOutputPath(
                job, new org.apache.hadoop.fs.Path(folder.resolve(output).toUri()));
        return job;
    }

    /** Runs one attempt, up to its commit. */
    private static Attempt attempt(Job job, InputSplit split, int number, int breaksAfter) throws Exception {
        TaskAttemptID id = new TaskAttemptID("test", 1, TaskType.MAP, 0, number);
        Configuration settings = new Configuration(job.getConfiguration());
        TaskAttemptContext context = new TaskAttemptContextImpl(settings, id);
        OrderedOutput output = new OrderedOutput();
        OutputCommitter committer = output.getOutputCommitter(context);
        committer.setupJob(context);
        committer.setupTask(context);
        RecordReader<NullWritable, Prompt> reader = new PromptInput().createRecordReader(split, context);
        reader.initialize(split, context);
        RecordReader<NullWritable, Prompt> breaking = new Breaking(reader, breaksAfter);
        RecordWriter<IntWritable, Text> lines = output.getRecordWriter(context);
        MapContext<NullWritable, Prompt, IntWritable, Text> map = new MapContextImpl<>(
                settings, id, breaking, lines, committer, new TaskAttemptContextImpl.DummyReporter(), split);
        try {
            new GenerateMapper().run(new WrappedMapper<NullWritable, Prompt, IntWritable, Text>().getMapContext(map));
        } finally {
            lines.close(context);
            reader.close();
        }
        return new Attempt(context, committer);
    }

    /** An attempt that has done its work. */
    private record Attempt(TaskAttemptContext context, OutputCommitter committer) {
        void commit() throws IOException {
            committer.commitTask(context);
            committer.commitJob(context);
        }
    }

    @Test
    void leavesTheSameBytes() throws Exception {
        WriterFixture writer = WriterFixture.train(folder);
        Path prompts = writer.prompts("prompts.jsonl", 40);
        Job undisturbed = job(writer, prompts, "undisturbed");
        List<InputSplit> splits = new PromptInput().getSplits(undisturbed);
        assertThat(splits).hasSize(2);
        attempt(undisturbed, splits.get(1), 0, NEVER).commit();
        Path expected = folder.resolve("undisturbed/part-00001.jsonl");
        assertThat(Files.readAllLines(expected)).hasSizeBetween(15, 25);

        Job disturbed = job(writer, prompts, "disturbed");
        assertThatThrownBy(() -> attempt(disturbed, splits.get(1), 0, 13)).hasMessage("the node is gone");
        Attempt second = attempt(disturbed, splits.get(1), 1, NEVER);
        Attempt rival = attempt(disturbed, splits.get(1), 2, NEVER);
        assertThat(folder.resolve("disturbed/part-00001.jsonl")).doesNotExist();
        second.commit();
        rival.committer().abortTask(rival.context());
        assertThat(folder.resolve("disturbed/part-00001.jsonl")).hasSameBinaryContentAs(expected);
    }
}
