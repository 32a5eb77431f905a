// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.ps.simulation.CostModel;
import io.howdah.ps.simulation.StepSimulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/howdah simulate}: the time of a step for numbers of workers and servers. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Prints the seconds of a synchronous step on simulated hosts: seconds (simulated), formula"
                + " (2 max(1, W/S) P b/B of the network cards alone) and ring (an all-reduce of the same bytes among the"
                + " workers).")
public final class SimulateCommand implements Callable<Integer> {
    private static final int LARGEST = 4096;
    private static final double TLS = 2.5;
    private static final double GIGA = 1e9;
    private static final double MICRO = 1e-6;

    @Option(
            names = "--workers",
            split = ",",
            description = "Workers, one line each (default: powers of two up to 4096).")
    private List<Integer> workers = IntStream.rangeClosed(0, Integer.numberOfTrailingZeros(LARGEST))
            .mapToObj(power -> 1 << power)
            .toList();

    @Option(names = "--servers", description = "Servers; 0 for as many as workers (default ${DEFAULT-VALUE}).")
    private int servers = 16;

    @Option(names = "--parameters", description = "Elements of the model, for instance 1e9 (default ${DEFAULT-VALUE}).")
    private double parameters = 1e9;

    @Option(
            names = "--dtype",
            description = "Wire dtype of gradients and weights: bf16, fp16 or fp32 (default ${DEFAULT-VALUE}).")
    private String dtype = "bf16";

    @Option(
            names = "--bandwidth",
            description = "10^9 bytes per second of a host, each way (default ${DEFAULT-VALUE}).")
    private double bandwidth = 3.1;

    @Option(names = "--latency", description = "Microseconds of a message (default ${DEFAULT-VALUE}).")
    private double latency = 30;

    @Option(names = "--sum", description = "Server seconds per 10^9 bytes of gradients (default ${DEFAULT-VALUE}).")
    private double sum = 0.26;

    @Option(names = "--send", description = "Server seconds per 10^9 bytes of weights sent (default ${DEFAULT-VALUE}).")
    private double send = 0.22;

    @Option(
            names = "--update",
            description = "Optimiser seconds per 10^9 bytes of FP32 weights (default ${DEFAULT-VALUE}).")
    private double update = 0.086;

    @Option(names = "--tls", description = "Servers encrypt, which takes 2.5 times their seconds per byte.")
    private boolean tls;

    @Option(
            names = "--compute",
            description =
                    "Seconds of a worker's forward and backward; 0 shows communication alone (default ${DEFAULT-VALUE}).")
    private double compute;

    @Option(names = "--sigma", description = "Spread of the logarithm of workers' seconds (default ${DEFAULT-VALUE}).")
    private double sigma;

    @Option(
            names = "--straggler-probability",
            description = "Of a worker to take longer in a step (default ${DEFAULT-VALUE}).")
    private double stragglerProbability;

    @Option(names = "--straggler-factor", description = "How much longer (default ${DEFAULT-VALUE}).")
    private double stragglerFactor = 5;

    @Option(names = "--steps", description = "Steps to take the mean of (default ${DEFAULT-VALUE}).")
    private int steps = 2;

    @Option(
            names = "--messages",
            description =
                    "Most messages of a step each way; beyond, chunks travel together (default ${DEFAULT-VALUE}).")
    private int messages = 1 << 18;

    @Option(names = "--seed", description = "Of the workers' seconds (default ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--json", description = "Also writes all figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        CostModel model;
        try {
            check("workers", workers.stream().mapToInt(Integer::intValue).min().orElse(0), 1);
            check("servers", servers, 0);
            check("parameters", (long) parameters, 1);
            check("steps", steps, 1);
            check("messages", messages, 1);
            model = model();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        List<Map<String, Object>> figures = new ArrayList<>();
        for (int count : workers) {
            figures.add(simulate(model, count));
        }
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        }
        return 0;
    }

    private static void check(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "Cannot simulate: " + name + "=" + value + ", expected at least " + least + "; correct it");
        }
    }

    private CostModel model() {
        int bytes =
                switch (dtype) {
                    case "bf16", "fp16" -> 2;
                    case "fp32" -> 4;
                    default ->
                        throw new IllegalArgumentException(
                                "Cannot simulate: dtype=" + dtype + ", expected bf16, fp16 or fp32; correct it");
                };
        double encryption = tls ? TLS : 1;
        return new CostModel(
                (long) parameters,
                bytes,
                bandwidth * GIGA,
                latency * MICRO,
                new CostModel.ServerCpu(sum * encryption, send * encryption, update),
                new CostModel.WorkerCompute(compute, sigma, stragglerProbability, stragglerFactor));
    }

    private Map<String, Object> simulate(CostModel model, int count) {
        int serving = servers == 0 ? count : servers;
        double seconds = new StepSimulation(model, count, serving, messages, seed)
                .run(steps)
                .seconds();
        double formula = model.bandwidthSeconds(count, serving);
        double ring = model.ringSeconds(count);
        System.out.printf(
                Locale.ROOT,
                "howdah simulate workers=%d servers=%d seconds=%.3f formula=%.3f ring=%.3f%n",
                count,
                serving,
                seconds,
                formula,
                ring);
        Map<String, Object> figure = new LinkedHashMap<>();
        figure.put("workers", count);
        figure.put("servers", serving);
        figure.put("seconds", seconds);
        figure.put("formula", formula);
        figure.put("ring", ring);
        return figure;
    }
}
