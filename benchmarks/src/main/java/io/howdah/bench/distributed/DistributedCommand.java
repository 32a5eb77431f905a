// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.distributed;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.Comparison;
import io.howdah.bench.Measurement;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench distributed}. */
@Command(
        name = "distributed",
        mixinStandardHelpOptions = true,
        description = "Trains a model in several worker processes of one thread each with one parameter server in a"
                + " process of its own, and prints units per second, median milliseconds per step and processor"
                + " milliseconds per step of the server and of all workers. With a peer, both take turns, and ratio is the"
                + " peer's median over ours: above 1 we are faster.")
public final class DistributedCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, description = "gpt or mlp.")
    private String model = "";

    @Mixin
    private Comparison comparison = new Comparison();

    @Option(names = "--workers", description = "Worker processes (default ${DEFAULT-VALUE}).")
    private int workers = 2;

    @Option(names = "--steps", description = "Steps per round; 0 for what suits the model (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--rounds", description = "Turns of both sides (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--json", description = "Also writes all figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Task task;
        DType dtype;
        try {
            task = task();
            dtype = comparison.dtype();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        Arguments arguments = new Arguments(task, dtype, workers, steps > 0 ? steps : task.steps());
        Comparison.Peer peer = comparison.peer();
        double[] ours = new double[rounds];
        double[] server = new double[rounds];
        double[] working = new double[rounds];
        double[] theirs = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            Processes.Cost cost = Processes.train(arguments);
            ours[round] = cost.seconds() * 1e3;
            server[round] = cost.server() * 1e3;
            working[round] = cost.workers() * 1e3;
            if (peer != null) {
                theirs[round] = Processes.peer(peer, model, comparison.precision(), workers);
            }
        }
        report(
                task,
                new Processes.Cost(Measurement.median(ours), Measurement.median(server), Measurement.median(working)),
                peer == null ? Double.NaN : Measurement.median(theirs));
        return 0;
    }

    private Task task() {
        for (Task task : Task.values()) {
            boolean fits = task.batch() % workers == 0;
            if (task.name().toLowerCase(Locale.ROOT).equals(model) && fits) {
                return task;
            }
        }
        throw new IllegalArgumentException("Cannot train: model=" + model + " workers=" + workers
                + ", expected gpt or mlp and workers that divide its batch; correct them");
    }

    /** @param cost in milliseconds */
    private void report(Task task, Processes.Cost cost, double theirs) throws IOException {
        double ours = cost.seconds();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("model", model);
        figures.put("precision", comparison.precision());
        figures.put("workers", workers);
        figures.put("servers", 1);
        figures.put("unitsPerSecond", task.units() / ours * 1e3);
        figures.put("millisecondsPerStep", ours);
        figures.put("serverProcessorMilliseconds", cost.server());
        figures.put("workersProcessorMilliseconds", cost.workers());
        String line = String.format(
                Locale.ROOT,
                "howdah distributed model=%s precision=%s workers=%d servers=1 %.0f units/s %.1f ms/step"
                        + " server_cpu_ms=%.1f workers_cpu_ms=%.1f",
                model,
                comparison.precision(),
                workers,
                task.units() / ours * 1e3,
                ours,
                cost.server(),
                cost.workers());
        if (!Double.isNaN(theirs)) {
            figures.put("peerMillisecondsPerStep", theirs);
            figures.put("ratio", theirs / ours);
            line += String.format(Locale.ROOT, " peer_ms=%.1f ratio=%.2f", theirs, theirs / ours);
        }
        System.out.println(line);
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        }
    }
}
