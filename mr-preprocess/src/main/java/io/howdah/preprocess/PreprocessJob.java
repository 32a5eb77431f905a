// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.hdfs.PartFacts;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;

/**
 * Runs preprocessing as a MapReduce job: documents are cleaned by the mappers, meet their duplicates in the reducers and
 * are packed into shards there. The same input and seed give the same bytes, whatever the number of maps.
 */
public final class PreprocessJob {
    private static final String SPLIT_BYTES = "mapreduce.input.fileinputformat.split.maxsize";
    private static final long DEFAULT_SPLIT_BYTES = 128L << 20;

    private final Config config;
    private final Configuration hadoop;
    private final Path output;
    private final JobListener listener;

    private PreprocessJob(Configuration hadoop, Config config, JobListener listener) {
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
    public static PreprocessResult run(Configuration hadoop, Config config, JobListener listener)
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
        JvmOptions.apply(settings);
        if (settings.get(MRJobConfig.JAR) == null) {
            job.setJarByClass(PreprocessJob.class);
        }
        FileInputFormat.setInputDirRecursive(job, true);
        FileInputFormat.setInputPaths(job, config.get(PreprocessKeys.INPUT));
        job.setInputFormatClass(
                DocumentFormat.named(config.get(PreprocessKeys.FORMAT)).input().get());
        job.setMapperClass(CleanMapper.class);
        DatasetReduction.apply(job, config.getInt(PreprocessKeys.SHARDS), output);
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
        SubmittedJob.runToEnd("preprocess", job, listener);
        return result(job, (System.nanoTime() - start) / 1_000_000);
    }

    private PreprocessResult result(Job job, long millis) throws IOException {
        Map<DropReason, Long> dropped = DatasetReduction.dropped(job);
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
