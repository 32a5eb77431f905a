// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.hdfs.Part;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.mapreduce.JobID;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failed and speculative attempts of reducers. */
class DatasetCommitterTest {
    @TempDir
    java.nio.file.Path folder;

    private final ShardOutput output = new ShardOutput();

    @Test
    void onlyCommittedAttemptsReachTheDataset() throws Exception {
        Configuration job = configuration();
        OutputCommitter committer = output.getOutputCommitter(attempt(job, 0, 0));
        committer.setupJob(attempt(job, 0, 0));

        TaskAttemptContext failed = attempt(job, 0, 0);
        committer(failed).setupTask(failed);
        writer(failed).write(key("lost"), document("a document of a failed attempt"));
        TaskAttemptContext slow = attempt(job, 0, 1);
        TaskAttemptContext fast = attempt(job, 0, 2);
        writeWhole(slow, "the document of reducer 0");
        writeWhole(fast, "the document of reducer 0");
        committer(fast).commitTask(fast);
        committer(slow).abortTask(slow);
        TaskAttemptContext other = attempt(job, 1, 0);
        writeWhole(other, "the document of reducer 1");
        committer(other).commitTask(other);
        assertThat(folder.resolve("dataset/_dataset.json")).doesNotExist();

        committer.commitJob(attempt(job, 0, 0));
        FileSystem fileSystem = FileSystem.getLocal(job);
        Path dataset = new Path(folder.resolve("dataset").toUri());
        assertThat(Corpus.read(fileSystem, dataset, Part.TRAIN))
                .containsExactly("the document of reducer 0", "the document of reducer 1");
        assertThat(folder.resolve("dataset").toFile().list((directory, name) -> !name.endsWith(".crc")))
                .containsExactlyInAnyOrder("_dataset.json", "train");
        assertThat(folder.resolve("dataset/train").toFile().list((directory, name) -> !name.endsWith(".crc")))
                .containsExactlyInAnyOrder("part-00000.arrow", "part-00001.arrow");
    }

    private Configuration configuration() {
        Configuration job = new Configuration();
        job.set("howdah.preprocess.input", "some input");
        job.set("howdah.preprocess.output", folder.resolve("dataset").toString());
        job.set("howdah.preprocess.heldout.fraction", "0");
        job.setBoolean(FileOutputCommitter.SUCCESSFUL_JOB_OUTPUT_DIR_MARKER, false);
        job.set(FileOutputFormat.OUTDIR, folder.resolve("dataset").toUri().toString());
        return job;
    }

    private void writeWhole(TaskAttemptContext attempt, String text) throws Exception {
        committer(attempt).setupTask(attempt);
        RecordWriter<BytesWritable, BytesWritable> writer = writer(attempt);
        writer.write(key(text), document(text));
        writer.close(attempt);
        assertThat(committer(attempt).needsTaskCommit(attempt)).isTrue();
    }

    private RecordWriter<BytesWritable, BytesWritable> writer(TaskAttemptContext attempt) throws IOException {
        return output.getRecordWriter(attempt);
    }

    private OutputCommitter committer(TaskAttemptContext attempt) throws IOException {
        return output.getOutputCommitter(attempt);
    }

    private static TaskAttemptContext attempt(Configuration job, int reducer, int attempt) {
        TaskID task = new TaskID(new JobID("test", 1), TaskType.REDUCE, reducer);
        return new TaskAttemptContextImpl(job, new TaskAttemptID(task, attempt));
    }

    private static BytesWritable key(String text) {
        return DocumentKey.of(0, text.getBytes(UTF_8));
    }

    private static BytesWritable document(String text) {
        return new BytesWritable(text.getBytes(UTF_8));
    }
}
