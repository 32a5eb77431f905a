// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import io.howdah.bench.Comparison;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The processes of both sides. */
final class Processes {
    private static final Pattern MILLISECONDS = Pattern.compile("([0-9.]+) ms/step");

    private Processes() {}

    /** Median seconds per step of the first worker. */
    static double train(Arguments arguments) throws IOException, InterruptedException {
        List<Process> started = new ArrayList<>();
        try {
            Process server = java(ServerMain.class, List.of(), arguments);
            started.add(server);
            String port = line(server);
            for (int worker = 0; worker < arguments.workers(); worker++) {
                started.add(java(WorkerMain.class, List.of(Integer.toString(worker), port), arguments));
            }
            return Double.parseDouble(line(started.get(1)));
        } finally {
            for (Process process : started) {
                process.destroy();
                process.waitFor();
            }
        }
    }

    /** A JVM with this one's class path and options, and one thread for its kernels. */
    private static Process java(Class<?> main, List<String> own, Arguments arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        // The calling thread works too.
        command.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=0");
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
            String line = line(process);
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

    private static String line(Process process) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("Cannot measure: a process ended without a figure, expected one; see its errors");
        }
        return line;
    }
}
