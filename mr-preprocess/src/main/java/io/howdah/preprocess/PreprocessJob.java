// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.hdfs.PartFacts;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.mapreduce.Counters;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.TaskCompletionEvent;
import org.apache.hadoop.mapreduce.TaskCompletionEvent.Status;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs preprocessing as a MapReduce job: documents are cleaned by the mappers, meet their duplicates in the reducers and
 * are packed into shards there. The same input and seed give the same bytes, whatever the number of maps.
 */
public final class PreprocessJob {
    private static final Logger LOG = LoggerFactory.getLogger(PreprocessJob.class);
    private static final String SPLIT_BYTES = "mapreduce.input.fileinputformat.split.maxsize";
    private static final long DEFAULT_SPLIT_BYTES = 128L << 20;
    private static final int EVENTS_PER_CALL = 1000;
    private static final long POLL_MILLIS = 250;
    private static final int POLLS_AFTER_KILL = 60;

    private final Config config;
    private final Configuration hadoop;
    private final Path output;
    private final PreprocessListener listener;

    private PreprocessJob(Configuration hadoop, Config config, PreprocessListener listener) {
        this.config = config;
        this.hadoop = hadoop;
        this.output = new Path(config.get(PreprocessKeys.OUTPUT));
        this.listener = listener;
    }

    /**
     * Runs the job and waits for its end. If it fails or this thread is interrupted, the job is killed and the output
     * directory deleted.
     *
     * @param hadoop configuration of the cluster; it is not changed
     * @param config values of {@link PreprocessKeys}
     * @throws ConfigException in one line, before anything is submitted, if the input is missing or the output is not
     * @throws IOException in one line, if the job failed or kept no document
     */
    public static PreprocessResult run(Configuration hadoop, Config config, PreprocessListener listener)
            throws IOException, InterruptedException {
        return new PreprocessJob(hadoop, config, listener).run();
    }

    private PreprocessResult run() throws IOException, InterruptedException {
        Job job = job();
        checkInput(job);
        checkOutput();
        boolean done = false;
        try {
            PreprocessResult result = runToEnd(job);
            done = true;
            return result;
        } finally {
            if (!done) {
                output.getFileSystem(hadoop).delete(output, true);
            }
        }
    }

    private Job job() throws IOException {
        Job job = Job.getInstance(hadoop, "howdah preprocess " + config.get(PreprocessKeys.INPUT));
        Configuration settings = job.getConfiguration();
        config.settings().forEach(settings::set);
        settings.setBoolean(MRJobConfig.JOB_CANCEL_DELEGATION_TOKEN, false);
        settings.setLong(SPLIT_BYTES, settings.getLong(SPLIT_BYTES, DEFAULT_SPLIT_BYTES));
        // Version 2 publishes a task's files one by one, and the manifest takes the place of _SUCCESS.
        settings.setInt(FileOutputCommitter.FILEOUTPUTCOMMITTER_ALGORITHM_VERSION, 1);
        settings.setBoolean(FileOutputCommitter.SUCCESSFUL_JOB_OUTPUT_DIR_MARKER, false);
        JvmOptions.apply(settings);
        if (settings.get(MRJobConfig.JAR) == null) {
            job.setJarByClass(PreprocessJob.class);
        }
        FileInputFormat.setInputDirRecursive(job, true);
        FileInputFormat.setInputPaths(job, config.get(PreprocessKeys.INPUT));
        FileOutputFormat.setOutputPath(job, output);
        job.setInputFormatClass(
                DocumentFormat.named(config.get(PreprocessKeys.FORMAT)).input().get());
        job.setMapperClass(CleanMapper.class);
        job.setPartitionerClass(ShardPartitioner.class);
        job.setReducerClass(DeduplicateReducer.class);
        job.setNumReduceTasks(config.getInt(PreprocessKeys.SHARDS));
        job.setOutputKeyClass(BytesWritable.class);
        job.setOutputValueClass(BytesWritable.class);
        job.setOutputFormatClass(ShardOutput.class);
        return job;
    }

    private static void checkInput(Job job) throws IOException {
        for (Path path : FileInputFormat.getInputPaths(job)) {
            FileStatus[] found = path.getFileSystem(job.getConfiguration()).globStatus(path);
            if (found == null || found.length == 0) {
                throw new ConfigException("Cannot preprocess: " + PreprocessKeys.INPUT.name() + "=" + path
                        + " does not exist, expected files or directories with documents; correct the path");
            }
        }
        try {
            new Glob(PreprocessKeys.from(job.getConfiguration()).get(PreprocessKeys.INCLUDE));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    private void checkOutput() throws IOException {
        VacantOutput.check("preprocess", PreprocessKeys.OUTPUT, output, hadoop);
        FileSystem fileSystem = output.getFileSystem(hadoop);
        fileSystem.delete(output, false); // MapReduce wants to create it itself
    }

    private PreprocessResult runToEnd(Job job) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try {
            job.submit();
            listener.submitted(job.getJobID().toString(), job.getTrackingURL());
            await(job);
        } catch (ClassNotFoundException e) {
            throw new IOException(
                    "Cannot preprocess: class=" + e.getMessage() + " is missing, expected it in the job's"
                            + " jar; build the jar again",
                    e);
        } catch (InterruptedException | RuntimeException e) {
            kill(job);
            throw e;
        }
        if (!job.isSuccessful()) {
            throw new IOException("Cannot preprocess: job=" + job.getJobID() + " "
                    + job.getStatus().getState() + " error=" + failureOf(job)
                    + ", expected it to succeed; see its logs at " + job.getTrackingURL());
        }
        return result(job, (System.nanoTime() - start) / 1_000_000);
    }

    private void await(Job job) throws IOException, InterruptedException {
        float maps = -1;
        float reduces = -1;
        boolean complete;
        do {
            complete = job.isComplete();
            if (job.mapProgress() != maps || job.reduceProgress() != reduces) {
                maps = job.mapProgress();
                reduces = job.reduceProgress();
                listener.progressed(maps, reduces);
            }
            if (!complete) {
                Thread.sleep(POLL_MILLIS);
            }
        } while (!complete);
    }

    /**
     * Ends the job and waits for its end, so that nothing writes to the output any more. The error that made this
     * necessary is the one to tell, so that others are only logged.
     */
    private static void kill(Job job) throws InterruptedException {
        try {
            if (job.getJobID() != null && !job.isComplete()) {
                job.killJob();
                for (int polls = 0; polls < POLLS_AFTER_KILL && !job.isComplete(); polls++) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
        } catch (IOException | IllegalStateException e) {
            LOG.warn("Cannot kill job {}, expected it to end; run mapred job -kill", job.getJobID(), e);
        }
    }

    /** The first line that the first failed task attempt left, or what the job says itself. */
    private static String failureOf(Job job) throws IOException, InterruptedException {
        int seen = 0;
        for (TaskCompletionEvent[] events = job.getTaskCompletionEvents(seen, EVENTS_PER_CALL);
                events.length > 0;
                events = job.getTaskCompletionEvents(seen, EVENTS_PER_CALL)) {
            for (TaskCompletionEvent event : events) {
                if (event.getStatus() == Status.FAILED || event.getStatus() == Status.TIPFAILED) {
                    String[] diagnostics = job.getTaskDiagnostics(event.getTaskAttemptId());
                    if (diagnostics != null && diagnostics.length > 0) {
                        return firstLine(diagnostics[0]);
                    }
                }
            }
            seen += events.length;
        }
        return firstLine(job.getStatus().getFailureInfo());
    }

    private static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }

    private PreprocessResult result(Job job, long millis) throws IOException {
        Counters counters = job.getCounters();
        Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            long count = counters.findCounter(reason).getValue();
            if (count > 0) {
                dropped.put(reason, count);
            }
        }
        DatasetManifest manifest = DatasetManifest.read(output.getFileSystem(hadoop), output);
        PartFacts train = manifest.part(Part.TRAIN);
        PartFacts heldout = manifest.part(Part.HELDOUT);
        if (train.rows() == 0) {
            throw new IOException("Cannot preprocess: " + PreprocessKeys.INPUT.name() + "="
                    + config.get(PreprocessKeys.INPUT) + " kept no document for training, dropped "
                    + PreprocessResult.describe(dropped) + ", expected at least one; correct "
                    + PreprocessKeys.INCLUDE.name() + " or " + PreprocessKeys.FORMAT.name());
        }
        return new PreprocessResult(
                job.getJobID().toString(),
                train.documents(),
                heldout.documents(),
                dropped,
                train.rows(),
                heldout.rows(),
                train.bytes() + heldout.bytes(),
                millis);
    }
}
