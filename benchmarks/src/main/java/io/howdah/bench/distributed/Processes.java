// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.bench.Comparison;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The processes of both sides. */
final class Processes {
    private static final Pattern MILLISECONDS = Pattern.compile("([0-9.]+) ms/step");

    private Processes() {}

    /**
     * What a training cost.
     *
     * @param seconds median per step of the first worker
     * @param server processor seconds of the server per step
     * @param workers processor seconds of all workers together per step
     */
    record Cost(double seconds, double server, double workers) {}

    /** Trains in processes of its own; half of the steps only warm up. */
    static Cost train(Arguments arguments) throws IOException, InterruptedException {
        List<Process> started = new ArrayList<>();
        try {
            // Its update has the processors for itself: workers wait for the weights.
            int helpers = Runtime.getRuntime().availableProcessors() - 1;
            Process server = java(ServerMain.class, helpers, List.of(), arguments);
            started.add(server);
            String port = line(server.inputReader(StandardCharsets.UTF_8));
            for (int worker = 0; worker < arguments.workers(); worker++) {
                started.add(java(WorkerMain.class, 0, List.of(Integer.toString(worker), port), arguments));
            }
            BufferedReader first = started.get(1).inputReader(StandardCharsets.UTF_8);
            line(first);
            List<Process> workers = started.subList(1, started.size());
            double serverBefore = processorSeconds(List.of(server));
            double workersBefore = processorSeconds(workers);
            double seconds = Double.parseDouble(line(first));
            int measured = arguments.steps() - arguments.steps() / 2;
            return new Cost(
                    seconds,
                    (processorSeconds(List.of(server)) - serverBefore) / measured,
                    (processorSeconds(workers) - workersBefore) / measured);
        } finally {
            for (Process process : started) {
                process.destroy();
                process.waitFor();
            }
        }
    }

    private static double processorSeconds(List<Process> processes) {
        return processes.stream()
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .mapToDouble(duration -> duration.toNanos() * 1e-9)
                .sum();
    }

    /**
     * A JVM with this one's class path and options, and one thread for its kernels.
     *
     * @param helpers threads of loops beside the calling one
     */
    private static Process java(Class<?> main, int helpers, List<String> own, Arguments arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + helpers);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(own);
        command.addAll(arguments.words());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.start();
    }

    /** Milliseconds per step of the peer's script. */
    static double peer(Comparison.Peer peer, String model, String precision, int workers)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        peer.python().toString(), peer.script().toString(), model, precision, Integer.toString(workers))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // The peer chooses how its threads wait.
        builder.environment()
                .keySet()
                .removeAll(List.of("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "MALLOC_ARENA_MAX"));
        Process process = builder.start();
        try {
            String line = line(process.inputReader(StandardCharsets.UTF_8));
            Matcher matcher = MILLISECONDS.matcher(line);
            if (!matcher.find()) {
                throw new IOException(
                        "Cannot measure peer: it printed " + line + ", expected … ms/step; check the script");
            }
            return Double.parseDouble(matcher.group(1));
        } finally {
            process.waitFor();
        }
    }

    private static String line(BufferedReader reader) throws IOException {
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("Cannot measure: a process ended without a figure, expected one; see its errors");
        }
        return line;
    }
}
