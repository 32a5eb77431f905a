// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.config.Config;
import io.howdah.yarn.am.ApplicationMasterMain;
import io.howdah.yarn.am.JobResult;
import io.howdah.yarn.cli.Commands;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.SpeculationComparison;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
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
            out.println("howdah " + String.join(" ", words(command)));
            int status = Commands.run(words(command), running.configuration(), out, out);
            start = summary.phase(command, start);
            if (status != 0 || plan.keepLogs()) {
                ContainerLogs.save(hadoop, plan.logs());
            }
            if (status != 0) {
                return status;
            }
        }
        out.println();
        out.println("Writing behind " + DemoSettings.PROMPT_TOKENS + " bytes of held-out row " + DemoSettings.PROMPT);
        out.println();
        SpeculationComparison written = write(hadoop);
        boolean same = DemoWriting.print(written, out);
        summary.phase("write", start);
        Map<String, JobResult> results = results(hadoop);
        int status = summary.print(results.get("train"), results.get("evaluate"), out);
        return same ? status : 1;
    }

    private static SpeculationComparison write(Configuration hadoop) throws IOException {
        try {
            return SpeculationComparison.write(DemoSettings.with(hadoop, DemoSettings.write()), DemoSettings.PROMPT);
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
        return DemoSettings.CORPUS + plan.corpus().getFileName();
    }

    private String[] words(String command) {
        return DemoSettings.words(
                command,
                switch (command) {
                    case "preprocess" -> DemoSettings.preprocess(corpus());
                    case "train" -> DemoSettings.train(plan.steps(), plan.workers(), plan.servers());
                    default -> DemoSettings.evaluate();
                });
    }

    /** What the jobs wrote beside their output, by kind of job. */
    private static Map<String, JobResult> results(Configuration hadoop) throws IOException {
        Config config = JobConfiguration.parse(DemoSettings.with(hadoop, DemoSettings.evaluate()));
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
