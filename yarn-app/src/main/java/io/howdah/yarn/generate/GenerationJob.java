// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.preprocess.DatasetReduction;
import io.howdah.preprocess.JobListener;
import io.howdah.preprocess.JvmOptions;
import io.howdah.preprocess.PreprocessKeys;
import io.howdah.preprocess.PreprocessResult;
import io.howdah.preprocess.SubmittedJob;
import io.howdah.preprocess.VacantOutput;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.decode.DecodeSettings;
import io.howdah.trainer.decode.Drafters;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.generate.prompt.PromptInput;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes behind prompts as a MapReduce job. {@code generate} has no reducers: every map writes its lines into a file of its
 * own. {@code distill} packs the texts into a dataset, as preprocessing does with documents.
 *
 * <p>Under sample-match, the default, the same settings give the same bytes, also where tasks are repeated or run twice.
 */
public final class GenerationJob {
    private static final String NATIVES = "(?:classes/|lib/).*|native/lib/.*";

    private final Configuration hadoop;
    private final Config config;
    private final Kind kind;
    private final Path output;

    /** What becomes of the texts. */
    public enum Kind {
        /** Lines of JSON. */
        GENERATE("generate"),
        /** A dataset that {@code train} reads. */
        DISTILL("distill");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private GenerationJob(Configuration hadoop, Config config, Kind kind) {
        this.hadoop = hadoop;
        this.config = config;
        this.kind = kind;
        this.output = new Path(config.get(GenerateKeys.OUTPUT));
    }

    /**
     * Runs the job and waits for its end. If it fails or this thread is interrupted, the output is deleted.
     *
     * @param hadoop configuration of the cluster, or of the local runner; it is not changed
     * @throws io.howdah.trainer.config.ConfigException in one line, before anything is submitted, if a path is wrong
     * @throws JobFailedException in one line, if there is no such model
     * @throws IOException in one line, if a prompt is malformed and such are refused, or the job failed
     */
    public static GenerationSummary run(Configuration hadoop, Config config, Kind kind, JobListener listener)
            throws IOException, InterruptedException, JobFailedException {
        return new GenerationJob(hadoop, config, kind).run(listener);
    }

    private GenerationSummary run(JobListener listener) throws IOException, InterruptedException, JobFailedException {
        VacantOutput.check(kind.toString(), GenerateKeys.OUTPUT, output, hadoop);
        ModelFiles model = ModelFiles.find(hadoop, config, new Path(config.get(GenerateKeys.MODEL)));
        ModelFiles draft = draft();
        if (kind == Kind.DISTILL) {
            model.checkBytes(hadoop);
        }
        Job job = job(model, draft);
        if (needs(Drafters.Need.CALIBRATED_HEADS)) {
            TaskModels.ship(job, Calibrations.read(hadoop, new Path(config.get(GenerateKeys.CALIBRATION))));
        }
        output.getFileSystem(hadoop).delete(output, false); // MapReduce wants to create it itself
        boolean done = false;
        try {
            long start = System.nanoTime();
            SubmittedJob.runToEnd(kind.toString(), job, listener);
            long millis = (System.nanoTime() - start) / 1_000_000;
            GenerationSummary summary = GenerationSummary.of(job, kind, config, model, millis);
            if (kind == Kind.GENERATE) {
                summary.write(output.getFileSystem(hadoop), output);
            } else {
                checkKept(summary);
            }
            done = true;
            return summary;
        } catch (IOException e) {
            String cause = TaskFailures.take(job.getJobID());
            throw cause == null ? e : new IOException(cause, e);
        } finally {
            if (!done) {
                output.getFileSystem(hadoop).delete(output, true);
            }
        }
    }

    private void checkKept(GenerationSummary summary) throws IOException {
        DatasetManifest dataset = DatasetManifest.read(output.getFileSystem(hadoop), output);
        if (dataset.part(Part.TRAIN).rows() == 0) {
            throw new IOException("Cannot distill: " + GenerateKeys.INPUT.name() + "=" + config.get(GenerateKeys.INPUT)
                    + " kept no text for training, dropped " + PreprocessResult.describe(summary.dropped())
                    + ", expected at least one; let the model write more and longer texts with "
                    + GenerateKeys.PROMPTS.name() + " and " + DecodeKeys.MAX_TOKENS.name());
        }
    }

    private @Nullable ModelFiles draft() throws IOException, JobFailedException {
        return needs(Drafters.Need.DRAFT_MODEL)
                ? ModelFiles.find(hadoop, config, new Path(config.get(GenerateKeys.DRAFT_MODEL)))
                : null;
    }

    private boolean needs(Drafters.Need need) {
        String drafter = config.get(DecodeKeys.DRAFTER);
        return !drafter.equals(Drafters.NONE) && Drafters.named(drafter).need() == need;
    }

    private Job job(ModelFiles model, @Nullable ModelFiles draft) throws IOException {
        Job job = Job.getInstance(hadoop, "howdah " + kind + " " + config.get(GenerateKeys.INPUT));
        Configuration settings = job.getConfiguration();
        config.settings().forEach(settings::set);
        settings.setBoolean(MRJobConfig.JOB_CANCEL_DELEGATION_TOKEN, false);
        settings.set(MRJobConfig.JAR_UNPACK_PATTERN, NATIVES);
        if (!new DecodeSettings(config).matchesSamples()) {
            // Two attempts would write different texts.
            settings.setBoolean(MRJobConfig.MAP_SPECULATIVE, false);
        }
        TaskModels.ship(job, model, draft);
        memory(settings, model, draft);
        JvmOptions.apply(settings);
        if (settings.get(MRJobConfig.JAR) == null) {
            job.setJarByClass(GenerationJob.class);
        }
        job.setInputFormatClass(PromptInput.class);
        if (kind == Kind.DISTILL) {
            settings.set(PreprocessKeys.INPUT.name(), "distill " + model.folder());
            settings.set(PreprocessKeys.OUTPUT.name(), output.toString());
            job.setMapperClass(DistillMapper.class);
            DatasetReduction.apply(job, config.getInt(PreprocessKeys.SHARDS), output);
        } else {
            settings.setInt(FileOutputCommitter.FILEOUTPUTCOMMITTER_ALGORITHM_VERSION, 1);
            FileOutputFormat.setOutputPath(job, output);
            job.setMapperClass(GenerateMapper.class);
            job.setNumReduceTasks(0);
            job.setOutputKeyClass(IntWritable.class);
            job.setOutputValueClass(Text.class);
            job.setOutputFormatClass(OrderedOutput.class);
        }
        return job;
    }

    /** Of options that contradict each other the last one holds: ours before the user's own, behind those of the site. */
    private void memory(Configuration settings, ModelFiles model, @Nullable ModelFiles draft) {
        TaskMemory needed = TaskMemory.of(model.wideBytes(), draft == null ? 0 : draft.wideBytes(), config);
        int asked = config.getInt(GenerateKeys.MEMORY);
        TaskMemory memory = asked == 0 ? needed : needed.in(asked);
        int vcores = config.getInt(GenerateKeys.VCORES);
        settings.setInt(MRJobConfig.MAP_MEMORY_MB, memory.containerMb());
        settings.setInt(MRJobConfig.MAP_CPU_VCORES, vcores);
        settings.set("mapreduce.map.env.MALLOC_ARENA_MAX", "2");
        // The threads are the decoder's own.
        settings.set("mapreduce.map.env.OMP_NUM_THREADS", "1");
        String options = String.join(
                " ",
                settings.get(MRJobConfig.MAP_JAVA_OPTS, ""),
                String.join(" ", memory.options()),
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + Math.max(1, vcores - 1),
                config.get(GenerateKeys.JAVA_OPTIONS));
        settings.set(MRJobConfig.MAP_JAVA_OPTS, options.strip());
    }
}
