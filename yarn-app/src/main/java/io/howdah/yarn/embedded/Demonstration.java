// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.preprocess.PreprocessKeys;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.Key;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.lm.HeadKeys;
import io.howdah.trainer.model.lm.LanguageModelKeys;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.optim.ScheduleKeys;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.am.ApplicationMasterMain;
import io.howdah.yarn.am.JobResult;
import io.howdah.yarn.cli.Commands;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.generate.SideBySide;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.jspecify.annotations.Nullable;

/** The steps of {@code scripts/howdah demo}: start a cluster, copy the corpus, then the commands that users run. */
final class Demonstration implements AutoCloseable {
    /** A node must hold half of the containers and, for a moment, those of the job before. */
    private static final EmbeddedCluster.Nodes NODES = new EmbeddedCluster.Nodes(4096, 8);

    private static final String CORPUS = "/howdah/raw/";
    private static final String DATASET = "/howdah/dataset";
    private static final String MODEL = "/howdah/model";
    private static final int PROMPT = 15;
    private static final int PROMPT_TOKENS = 64;
    private static final int WRITTEN_TOKENS = 192;

    private final Plan plan;
    private final PrintStream out;
    private final DemoSummary summary = new DemoSummary();
    private @Nullable EmbeddedCluster cluster;
    private volatile boolean closed;

    Demonstration(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /**
     * What to show.
     *
     * @param folder for the cluster; deleted at the end
     * @param logs where logs of containers are saved
     * @param corpus a zip archive of Java sources
     * @param classPath Hadoop's jars
     * @param steps training steps
     * @param workers worker containers
     * @param servers server containers
     * @param keepLogs whether to save logs of containers even if all went well
     */
    record Plan(
            Path folder,
            Path logs,
            Path corpus,
            String classPath,
            int steps,
            int workers,
            int servers,
            boolean keepLogs) {}

    /** Returns the exit status: that of the first command that failed, or what {@link DemoSummary#print} says. */
    int run() throws IOException {
        long start = System.nanoTime();
        out.println("Starting HDFS and YARN in " + plan.folder());
        EmbeddedCluster running = EmbeddedCluster.start(plan.folder(), NODES, plan.classPath());
        cluster = running;
        start = summary.phase("start cluster", start);
        Configuration hadoop = running.configuration();
        copyCorpus(hadoop);
        start = summary.phase("copy corpus", start);
        for (String command : List.of("preprocess", "train", "evaluate")) {
            out.println();
            out.println("howdah " + String.join(" ", arguments(command)));
            int status = Commands.run(arguments(command), running.configuration(), out, out);
            start = summary.phase(command, start);
            if (status != 0 || plan.keepLogs()) {
                ContainerLogs.save(hadoop, plan.logs());
            }
            if (status != 0) {
                return status;
            }
        }
        out.println();
        out.println("Writing behind " + PROMPT_TOKENS + " bytes of held-out row " + PROMPT);
        out.println();
        SideBySide written = write(hadoop);
        boolean same = DemoWriting.print(written, out);
        summary.phase("write", start);
        Map<String, JobResult> results = results(hadoop);
        int status = summary.print(results.get("train"), results.get("evaluate"), out);
        return same ? status : 1;
    }

    private static SideBySide write(Configuration hadoop) throws IOException {
        Configuration job = new Configuration(hadoop);
        writing().forEach((key, value) -> job.set(key.name(), value));
        try {
            return SideBySide.write(job, PROMPT);
        } catch (JobFailedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void copyCorpus(Configuration hadoop) throws IOException {
        FileSystem fileSystem = FileSystem.get(hadoop);
        fileSystem.copyFromLocalFile(
                new org.apache.hadoop.fs.Path(plan.corpus().toUri()), new org.apache.hadoop.fs.Path(corpus()));
    }

    private String corpus() {
        return CORPUS + plan.corpus().getFileName();
    }

    private Map<Key<?>, String> settings() {
        Map<Key<?>, String> settings = new LinkedHashMap<>();
        settings.put(TrainKeys.INPUT, DATASET);
        settings.put(TrainKeys.OUTPUT, MODEL);
        settings.put(TrainKeys.STEPS, Integer.toString(plan.steps()));
        settings.put(YarnKeys.WORKERS, Integer.toString(plan.workers()));
        settings.put(YarnKeys.SERVERS, Integer.toString(plan.servers()));
        settings.putAll(network());
        return settings;
    }

    /** A network that learns within a minute on two cores, and heads that guess the tokens behind the next. */
    private static Map<Key<?>, String> network() {
        Map<Key<?>, String> settings = new LinkedHashMap<>();
        settings.put(ModelKeys.NAME, "llama");
        settings.put(LanguageModelKeys.WIDTH, "128");
        settings.put(LanguageModelKeys.LAYERS, "3");
        settings.put(LanguageModelKeys.HEADS, "4");
        settings.put(HeadKeys.MTP_KIND, "parallel");
        settings.put(HeadKeys.MTP_HEADS, "1");
        settings.put(HeadKeys.MTP_WEIGHT, "0.1");
        settings.put(TrainKeys.BATCH_SIZE, "2");
        settings.put(OptimiserKeys.LEARNING_RATE, "0.003");
        settings.put(OptimiserKeys.BETA2, "0.95");
        settings.put(OptimiserKeys.CLIP_NORM, "1");
        settings.put(ScheduleKeys.NAME, "cosine");
        settings.put(ScheduleKeys.WARMUP_STEPS, "20");
        return settings;
    }

    private static Map<Key<?>, String> writing() {
        Map<Key<?>, String> settings = new LinkedHashMap<>();
        settings.put(GenerateKeys.MODEL, MODEL);
        settings.put(GenerateKeys.INPUT, DATASET);
        settings.put(GenerateKeys.FORMAT, "dataset");
        settings.put(GenerateKeys.PROMPT_TOKENS, Integer.toString(PROMPT_TOKENS));
        settings.put(DecodeKeys.DRAFTER, "mtp");
        settings.put(DecodeKeys.DRAFT_LENGTH, "1");
        settings.put(DecodeKeys.PRECISION, "fp32");
        settings.put(DecodeKeys.TEMPERATURE, "0.6");
        settings.put(DecodeKeys.BATCH_SIZE, "1");
        settings.put(DecodeKeys.MAX_TOKENS, Integer.toString(WRITTEN_TOKENS));
        return settings;
    }

    private String[] arguments(String command) {
        Map<Key<?>, String> settings = new LinkedHashMap<>();
        switch (command) {
            case "preprocess" -> {
                settings.put(PreprocessKeys.INPUT, corpus());
                settings.put(PreprocessKeys.OUTPUT, DATASET);
                settings.put(PreprocessKeys.FORMAT, "zip");
                settings.put(PreprocessKeys.INCLUDE, "**.java");
                settings.put(PreprocessKeys.SEQUENCE_LENGTH, "256");
                settings.put(PreprocessKeys.HELDOUT_FRACTION, "0.01");
            }
            case "train" -> settings.putAll(settings());
            default -> {
                settings.put(TrainKeys.INPUT, DATASET);
                settings.put(TrainKeys.OUTPUT, MODEL);
            }
        }
        List<String> words = new ArrayList<>(List.of(command));
        settings.forEach((key, value) -> words.addAll(List.of("-D", key.name() + "=" + value)));
        return words.toArray(String[]::new);
    }

    /** What the jobs wrote beside their output, by kind of job. */
    private static Map<String, JobResult> results(Configuration hadoop) throws IOException {
        Configuration job = new Configuration(hadoop);
        job.set(TrainKeys.OUTPUT.name(), MODEL);
        Config config = JobConfiguration.parse(job);
        org.apache.hadoop.fs.Path folder =
                ApplicationMasterMain.resultFile(config, "any").getParent();
        FileSystem fileSystem = folder.getFileSystem(hadoop);
        Map<String, JobResult> results = new LinkedHashMap<>();
        for (FileStatus file : fileSystem.listStatus(folder, ApplicationMasterMain::isResultFile)) {
            try (InputStream in = fileSystem.open(file.getPath())) {
                JobResult result = new ObjectMapper().readValue(in, JobResult.class);
                results.put(result.kind(), result);
            }
        }
        return results;
    }

    boolean isClosed() {
        return closed;
    }

    /** Stops the cluster; safe to call from several threads. */
    @Override
    public void close() {
        EmbeddedCluster running = cluster;
        if (running != null) {
            running.close();
        }
        Folders.delete(plan.folder());
        closed = true;
    }
}
