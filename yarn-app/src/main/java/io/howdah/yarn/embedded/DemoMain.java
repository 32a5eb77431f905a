// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.ShutdownHookManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * {@code scripts/howdah demo}: a whole cluster in this process, and on it every step from raw text to a model that
 * writes.
 * Exit status 0: done; 1: a step failed; 2: bad usage. Whatever ends it, the cluster and its containers end too.
 */
@CommandLine.Command(
        name = "scripts/howdah demo",
        description = "Starts an embedded Hadoop cluster, preprocesses a corpus, trains on it, evaluates the model and"
                + " lets it write.",
        sortOptions = false)
public final class DemoMain implements Callable<Integer> {
    private static final int STOP_SECONDS = 30;
    private static final int FAILED = 1;

    @Option(names = "--steps", defaultValue = "500", description = "training steps (default: ${DEFAULT-VALUE})")
    private int steps;

    @Option(names = "--workers", defaultValue = "2", description = "worker containers (default: ${DEFAULT-VALUE})")
    private int workers;

    @Option(names = "--servers", defaultValue = "2", description = "server containers (default: ${DEFAULT-VALUE})")
    private int servers;

    @Option(names = "--work", paramLabel = "DIR", description = "empty folder for all files (default: a temporary one)")
    private @Nullable Path work;

    @Option(names = "--keep", description = "keep the logs of the cluster and its containers")
    private boolean keep;

    @Option(names = "--corpus", paramLabel = "FILE", required = true, hidden = true)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path corpus;

    @Option(names = "--classpath", paramLabel = "FILE", required = true, hidden = true)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path classPathFile;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this text")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private final Console console = new Console(new FileOutputStream(FileDescriptor.out));
    private final PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);

    private DemoMain() {}

    /** Ends the process with the demonstration's exit status. */
    public static void main(String[] arguments) {
        // The web servers' libraries log there, and would fill the screen.
        LogManager.getLogManager().reset();
        DemoMain demo = new DemoMain();
        System.exit(new CommandLine(demo)
                .setOut(new PrintWriter(demo.out, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((failure, line, result) -> {
                    demo.out.println(failure.getMessage() == null ? failure : failure.getMessage());
                    return FAILED;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path folder = workFolder();
        Path logs = Files.createDirectories(folder.resolve("logs"));
        logTo(logs);
        // Web servers unpack their pages there.
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        System.setProperty("java.io.tmpdir", temporary.toString());
        String classPath = Files.readString(classPathFile).strip();
        Demonstration.Plan plan = new Demonstration.Plan(
                folder.resolve("cluster"), logs, corpus, classPath, steps, workers, servers, keep);
        int status = FAILED;
        try (Demonstration demonstration = new Demonstration(plan, out)) {
            // Before Hadoop's own hook, which closes the file systems that applications still need to clean up.
            ShutdownHookManager.get()
                    .addShutdownHook(
                            () -> stop(demonstration, temporary),
                            FileSystem.SHUTDOWN_HOOK_PRIORITY + 50,
                            STOP_SECONDS,
                            TimeUnit.SECONDS);
            status = demonstration.run();
        } finally {
            tidy(folder, logs, status == 0 && !keep);
        }
        return status;
    }

    /** Does nothing after an orderly end. */
    private void stop(Demonstration demonstration, Path temporary) {
        if (!demonstration.isClosed()) {
            console.printLast(System.lineSeparator() + "Stopping the cluster");
            demonstration.close();
            Folders.delete(temporary);
            console.printLast("Stopped");
        }
    }

    private void tidy(Path folder, Path logs, boolean all) {
        Folders.delete(folder.resolve("tmp"));
        if (all) {
            Folders.delete(logs);
            // Succeeds only if nothing else is inside.
            Folders.deleteIfEmpty(folder);
        } else {
            out.println("logs: " + logs);
        }
    }

    private Path workFolder() throws IOException {
        if (work == null) {
            return Files.createTempDirectory("howdah-demo-").toRealPath();
        }
        Path folder = Files.createDirectories(work).toRealPath();
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IOException("Cannot start: --work " + folder
                        + " holds files, expected an empty folder; choose" + " another");
            }
        }
        return folder;
    }

    /** Must come before the first logger of this process. */
    private static void logTo(Path folder) {
        System.setProperty("howdah.embedded.log", folder.resolve("cluster.log").toString());
        System.setProperty("log4j.configuration", "howdah-embedded-log4j.properties");
    }
}
