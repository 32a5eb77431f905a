// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.yarn.am.ApplicationMasterMain;
import io.howdah.yarn.am.JobResult;
import io.howdah.yarn.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way from text to an evaluated model, and the mistakes that only a cluster can find, in real containers. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class EndToEndIT {
    private static final long SEED = 20_240_501;
    private static final int DOCUMENTS = 60;
    private static final String DATASET = "/e2e/dataset";
    private static final String[] WORDS = {"howdah", "elephant", "gradient", "shard", "node", "queue", "the", "a", "of"
    };

    /** So long that several processes can be lost on the way. */
    private static final String LONGER = "howdah.train.steps=150";

    @TempDir
    static java.nio.file.Path folder;

    private static EmbeddedCluster cluster;
    private static FileSystem hdfs;

    @BeforeAll
    static void startAndPreprocess() throws Exception {
        String classPath = Files.readString(java.nio.file.Path.of(System.getProperty("howdah.embedded.classpath")));
        cluster = EmbeddedCluster.start(folder.resolve("cluster"), new EmbeddedCluster.Nodes(3072, 4), classPath);
        hdfs = FileSystem.get(cluster.configuration());
        writeCorpus(new Path("/e2e/raw"));
        Outcome outcome = howdah(
                "preprocess",
                "mapreduce.job.ubertask.enable=true",
                "howdah.preprocess.input=/e2e/raw",
                "howdah.preprocess.output=" + DATASET,
                "howdah.preprocess.shards=1",
                "howdah.preprocess.heldout.fraction=0.2",
                "howdah.preprocess.rows.per.batch=16",
                "howdah.preprocess.sequence.length=32");
        assertThat(outcome.status()).as(outcome.text()).isZero();
    }

    @AfterAll
    static void stopsWithoutTrace() {
        cluster.close();
        assertThat(cluster.containerProcesses()).isEmpty();
        assertThat(folder.resolve("cluster")).doesNotExist();
    }

    @Test
    void evaluatesToTheLossOfTheTrainingToTheLastDigit() throws Exception {
        Outcome train = howdah("train", training("/e2e/model"));
        assertThat(train.status()).as(train.text()).isZero();
        Outcome evaluate = howdah("evaluate", "howdah.train.input=" + DATASET, "howdah.train.output=/e2e/model");
        assertThat(evaluate.status()).as(evaluate.text()).isZero();

        Map<String, JobResult> results = results("/e2e/model");
        JobResult trained = results.get("train");
        JobResult evaluated = results.get("evaluate");
        assertThat(trained.steps()).isEqualTo(40);
        assertThat(trained.tasks())
                .hasSize(4)
                .allSatisfy(
                        task -> assertThat(task.residentPeakMb()).isPositive().isLessThanOrEqualTo(task.containerMb()));
        assertThat(evaluated.results().get("heldOut.natsPerToken"))
                .isEqualTo(trained.results().get("heldOut.natsPerToken"));
        assertThat(number(evaluated, "heldOut.bitsPerByte")).isLessThan(number(evaluated, "unigram.bitsPerByte"));
        assertThat(hdfs.exists(new Path(trained.results().get("checkpoint"), "manifest.json")))
                .isTrue();
        assertNothingLeft();
    }

    /** The model's files come to the task through the distributed cache; in one process they are read where they lie. */
    @Test
    void writesTheSameTextsInAContainerAndInThisProcess() throws Exception {
        String root = hdfs.getUri() + "/e2e/";
        Outcome train = howdah(
                "local train",
                "howdah.train.input=" + root + "dataset",
                "howdah.train.output=" + root + "writer",
                "howdah.train.steps=2",
                "howdah.train.batch.size=8",
                "howdah.sync.logical.workers=1",
                "howdah.model.name=llama",
                "howdah.lm.width=16",
                "howdah.lm.layers=1",
                "howdah.lm.heads=2",
                "howdah.lm.context=64");
        assertThat(train.status()).as(train.text()).isZero();
        String prompts = "{\"id\":\"b\",\"prompt\":\"the howdah\"}\n{\"id\":\"a\",\"prompt\":\"elephant\"}\n".repeat(3);
        write(new Path("/e2e/prompts.jsonl"), prompts.getBytes(StandardCharsets.UTF_8));
        String[] settings = {
            "mapreduce.job.ubertask.enable=true",
            "howdah.generate.model=" + root + "writer",
            "howdah.generate.input=" + root + "prompts.jsonl",
            "howdah.decode.temperature=1",
            "howdah.decode.max.tokens=20",
            "howdah.decode.cache.mb=8",
            "howdah.decode.drafter=ngram",
            "howdah.generate.tasks=2"
        };
        Outcome cluster = howdah("generate", with(settings, "howdah.generate.output=" + root + "texts"));
        assertThat(cluster.status()).as(cluster.text()).isZero();
        assertThat(cluster.out()).contains("speed-up over plain");
        Outcome local = howdah("local generate", with(settings, "howdah.generate.output=" + root + "own-texts"));
        assertThat(local.status()).as(local.text()).isZero();
        for (int part = 0; part < 2; part++) {
            String file = "part-0000" + part + ".jsonl";
            assertThat(content("/e2e/texts/" + file)).hasLineCount(3).isEqualTo(content("/e2e/own-texts/" + file));
        }
    }

    private static String content(String file) throws IOException {
        try (InputStream in = hdfs.open(new Path(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void killedServersAndWorkersChangeNoBit() throws Exception {
        Outcome undisturbed = howdah("train", with(training("/e2e/undisturbed"), LONGER));
        assertThat(undisturbed.status()).as(undisturbed.text()).isZero();
        CompletableFuture<Outcome> disturbed = CompletableFuture.supplyAsync(() -> {
            try {
                return howdah(
                        "train",
                        with(
                                training("/e2e/disturbed"),
                                LONGER,
                                "howdah.ps.replication=backup",
                                "howdah.task.heartbeat.ms=50"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        kill("server", 0, 3, disturbed);
        kill("worker", 1, 40, disturbed);
        Outcome outcome = disturbed.get(150, TimeUnit.SECONDS);
        assertThat(outcome.status()).as(outcome.text()).isZero();
        assertThat(results("/e2e/disturbed").get("train").steps()).isEqualTo(150);
        assertThat(weights("/e2e/disturbed")).isEqualTo(weights("/e2e/undisturbed"));
        assertThat(hdfs.listStatus(
                        new Path("/e2e/disturbed/_howdah"),
                        path -> path.getName().startsWith("shards-")))
                .isEmpty();
        assertNothingLeft();
    }

    /** Kills a task's process once so many steps are in the journal. */
    private static void kill(String role, int index, int steps, CompletableFuture<Outcome> job) throws Exception {
        Path journal = new Path("/e2e/disturbed/_howdah/steps-00000000.jsonl");
        while (lines(journal) < steps || killed(role, index) == 0) {
            assertThat(job.isDone())
                    .as("the job ended before %s %d was killed: %s", role, index, job.getNow(null))
                    .isFalse();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static long lines(Path journal) throws IOException {
        if (!hdfs.exists(journal)) {
            return 0;
        }
        try (InputStream in = hdfs.open(journal)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().count();
        }
    }

    private static long killed(String role, int index) {
        String words = String.join("\0", "io.howdah.yarn.launch.Launcher", "train", role, Integer.toString(index), "");
        return cluster.containerProcesses().stream()
                .filter(process -> commandLine(process).contains(words))
                .filter(ProcessHandle::destroyForcibly)
                .count();
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(java.nio.file.Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException e) {
            return ""; // gone meanwhile
        }
    }

    private static byte[] weights(String output) throws IOException {
        String checkpoint = results(output).get("train").results().get("checkpoint");
        try (InputStream in = hdfs.open(new Path(checkpoint, "model.safetensors"))) {
            return in.readAllBytes();
        }
    }

    @Test
    void namesTheQueuesWhenOneDoesNotExist() throws Exception {
        Outcome outcome = howdah("train", with(training("/e2e/none"), "howdah.queue=nosuch"));
        assertRefused(outcome, 1, "howdah.queue=nosuch", "default");
    }

    @Test
    void refusesContainersLargerThanAnyNode() throws Exception {
        Outcome outcome = howdah("train", with(training("/e2e/none"), "howdah.worker.memory.mb=4096"));
        assertRefused(outcome, 1, "howdah.worker.memory.mb=4096", "3072 MiB");
    }

    @Test
    void namesMissingInput() throws Exception {
        Outcome outcome = howdah("train", with(training("/e2e/none"), "howdah.train.input=/e2e/nosuch"));
        assertRefused(outcome, 1, "/e2e/nosuch");
    }

    @Test
    void namesMissingRawData() throws Exception {
        Outcome outcome =
                howdah("preprocess", "howdah.preprocess.input=/e2e/nosuch", "howdah.preprocess.output=/e2e/none");
        assertRefused(outcome, 2, "howdah.preprocess.input=", "/e2e/nosuch");
    }

    @Test
    void suggestsTheNearestKey() throws Exception {
        Outcome outcome = howdah("train", with(training("/e2e/none"), "howdah.train.stepz=3"));
        assertRefused(outcome, 2, "howdah.train.stepz", "howdah.train.steps");
    }

    @Test
    void namesATruncatedShard() throws Exception {
        Path copy = new Path("/e2e/truncated");
        FileUtil.copy(hdfs, new Path(DATASET), hdfs, copy, false, cluster.configuration());
        Path shard = truncateFirstShard(copy);
        Outcome outcome = howdah("train", with(training("/e2e/none"), "howdah.train.input=" + copy));
        assertRefused(outcome, 1, shard.getName());
    }

    private static String[] training(String output) {
        return new String[] {
            "howdah.train.input=" + DATASET,
            "howdah.train.output=" + output,
            "howdah.train.steps=40",
            "howdah.train.batch.size=8"
        };
    }

    private static String[] with(String[] settings, String... more) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static Outcome howdah(String command, String... settings) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        for (String setting : settings) {
            words.addAll(List.of("-D", setting));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Commands.run(
                words.toArray(String[]::new),
                new Configuration(cluster.configuration()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static void assertRefused(Outcome outcome, int status, String... parts) throws Exception {
        assertThat(outcome.status()).as(outcome.text()).isEqualTo(status);
        assertThat(outcome.err().strip().lines()).as(outcome.text()).hasSize(1);
        assertThat(outcome.err()).startsWith("Cannot ").contains("expected").contains(parts);
        assertNothingLeft();
    }

    /** Containers may take a moment to end; then neither a process nor a file of the application is there. */
    private static void assertNothingLeft() throws Exception {
        for (ProcessHandle process : cluster.containerProcesses()) {
            process.onExit().get(20, TimeUnit.SECONDS);
        }
        Path staging = new Path(".howdah/staging");
        assertThat(hdfs.exists(staging) ? List.of(hdfs.listStatus(staging)) : List.of())
                .isEmpty();
    }

    private static void writeCorpus(Path directory) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int document = 0; document < DOCUMENTS; document++) {
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < 400; word++) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(word % 12 == 11 ? ".\n" : " ");
            }
            write(
                    new Path(directory, "document-" + document + ".txt"),
                    text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Path truncateFirstShard(Path dataset) throws IOException {
        RemoteIterator<LocatedFileStatus> files = hdfs.listFiles(dataset, true);
        while (files.hasNext()) {
            FileStatus file = files.next();
            if (file.getPath().getName().endsWith(".arrow")) {
                byte[] bytes = new byte[(int) file.getLen() / 2];
                try (var in = hdfs.open(file.getPath())) {
                    in.readFully(bytes);
                }
                write(file.getPath(), bytes);
                return file.getPath();
            }
        }
        throw new IllegalStateException("no shard under " + dataset);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (OutputStream out = hdfs.create(file, true)) {
            out.write(bytes);
        }
    }

    private static Map<String, JobResult> results(String output) throws IOException {
        Map<String, JobResult> results = new HashMap<>();
        for (FileStatus file : hdfs.listStatus(new Path(output, "_howdah"), ApplicationMasterMain::isResultFile)) {
            try (InputStream in = hdfs.open(file.getPath())) {
                JobResult result = new ObjectMapper().readValue(in, JobResult.class);
                results.put(result.kind(), result);
            }
        }
        return results;
    }

    private static double number(JobResult result, String key) {
        return Double.parseDouble(result.results().get(key));
    }

    /** What a command gave. */
    private record Outcome(int status, String out, String err) {
        String text() {
            return out + err;
        }
    }
}
