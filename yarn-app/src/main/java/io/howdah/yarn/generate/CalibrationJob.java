// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.preprocess.JobListener;
import io.howdah.preprocess.JvmOptions;
import io.howdah.preprocess.SubmittedJob;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.generate.prompt.PromptInput;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.TextOutputFormat;

/**
 * Counts how often the heads of a model are right on the rows of a dataset, by rank: mappers count, one reducer adds up. The
 * text should be such as the model itself writes, for instance the held-out part of what distill made.
 */
public final class CalibrationJob {
    private static final String COUNTS = "part-r-00000";
    /** Scores and activations of one row, and what the kernels keep. */
    private static final int COMPUTE_MB = 384;

    private final Configuration hadoop;
    private final Config config;
    private final Path output;

    private CalibrationJob(Configuration hadoop, Config config) {
        this.hadoop = hadoop;
        this.config = config;
        this.output = new Path(config.get(GenerateKeys.CALIBRATE_OUTPUT));
    }

    /**
     * Runs the job and writes the file that {@code howdah.calibrate.output} names.
     *
     * @param hadoop configuration of the cluster, or of the local runner; it is not changed
     * @throws ConfigException in one line, before anything is submitted, if a path is wrong
     * @throws JobFailedException in one line, if there is no such model
     * @throws IOException in one line, if the job failed
     */
    public static HeadCalibration run(Configuration hadoop, Config config, JobListener listener)
            throws IOException, InterruptedException, JobFailedException {
        return new CalibrationJob(hadoop, config).run(listener);
    }

    private HeadCalibration run(JobListener listener) throws IOException, InterruptedException, JobFailedException {
        FileSystem fileSystem = output.getFileSystem(hadoop);
        if (fileSystem.exists(output)) {
            throw new ConfigException("Cannot calibrate: " + GenerateKeys.CALIBRATE_OUTPUT.name() + "=" + output
                    + " exists, expected a new file; choose another name or delete it");
        }
        ModelFiles model = ModelFiles.find(hadoop, config, new Path(config.get(GenerateKeys.MODEL)));
        Path counts = new Path(output.getParent(), "_counts-" + output.getName());
        Job job = job(model, counts);
        try {
            SubmittedJob.runToEnd("calibrate", job, listener);
            HeadCalibration calibration = Calibrations.read(hadoop, new Path(counts, COUNTS));
            Calibrations.write(hadoop, output, calibration);
            return calibration;
        } catch (IOException e) {
            String cause = TaskFailures.take(job.getJobID());
            throw cause == null ? e : new IOException(cause, e);
        } finally {
            fileSystem.delete(counts, true);
        }
    }

    private Job job(ModelFiles model, Path counts) throws IOException {
        Job job = Job.getInstance(hadoop, "howdah calibrate " + config.get(GenerateKeys.INPUT));
        Configuration settings = job.getConfiguration();
        config.settings().forEach(settings::set);
        Path dataset = new Path(config.get(GenerateKeys.INPUT));
        DatasetManifest manifest = DatasetManifest.read(dataset.getFileSystem(hadoop), dataset);
        if (!manifest.layout().holdsTokens()) {
            throw new ConfigException("Cannot calibrate: " + GenerateKeys.INPUT.name() + "=" + dataset + " holds "
                    + manifest.layout() + ", expected tokens; choose a dataset of preprocess or distill");
        }
        settings.set(GenerateKeys.FORMAT.name(), "dataset");
        settings.setInt(GenerateKeys.PROMPT_TOKENS.name(), manifest.layout().sequenceLength());
        TaskModels.ship(job, model, null);
        TaskMemory needed = TaskMemory.of(model.wideBytes(), 0, config);
        TaskMemory memory = new TaskMemory(needed.heapMb(), needed.directMb() + COMPUTE_MB);
        settings.setInt(MRJobConfig.MAP_MEMORY_MB, memory.containerMb());
        settings.set(
                MRJobConfig.MAP_JAVA_OPTS,
                String.join(
                        " ",
                        settings.get(MRJobConfig.MAP_JAVA_OPTS, ""),
                        String.join(" ", memory.options()),
                        "-Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        config.get(GenerateKeys.JAVA_OPTIONS)));
        JvmOptions.apply(settings);
        if (settings.get(MRJobConfig.JAR) == null) {
            job.setJarByClass(CalibrationJob.class);
        }
        job.setInputFormatClass(PromptInput.class);
        job.setMapperClass(CalibrateMapper.class);
        job.setReducerClass(CalibrateReducer.class);
        job.setNumReduceTasks(1);
        job.setOutputKeyClass(NullWritable.class);
        job.setOutputValueClass(Text.class);
        job.setOutputFormatClass(TextOutputFormat.class);
        FileOutputFormat.setOutputPath(job, counts);
        return job;
    }
}
