// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

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

/** {@code bench train}: training of a whole model, and its ratio to PyTorch's. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains a model on random data and prints units per second, median milliseconds per step, the"
                + " process's peak memory, and the most memory of tensors that a forward and backward pass takes. With a peer, both sides take turns, and ratio is the peer's median over ours:"
                + " above 1 we are faster.")
public final class TrainCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, description = "gpt, mlp, cnn or deepfm.")
    private String model = "";

    @Mixin
    private Comparison comparison = new Comparison();

    @Option(
            names = "--threads",
            description = "Threads of both sides; scripts/howdah tells the kernels (default ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--seconds", description = "Seconds of training per round (default ${DEFAULT-VALUE}).")
    private double seconds = 12;

    @Option(names = "--rounds", description = "Turns of both sides (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--json", description = "Also writes all figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DType dtype;
        Workload workload;
        try {
            dtype = comparison.dtype();
            workload = Workloads.named(model);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        report(measure(new TrainingRun(workload, dtype)), workload.units());
        return 0;
    }

    /** Medians over the rounds; the peer's are NaN without one. */
    private record Medians(double ours, double ourPeak, double passPeak, double theirs, double theirPeak) {}

    private Medians measure(TrainingRun run) throws IOException, InterruptedException {
        Comparison.Peer peer = comparison.peer();
        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        double[] peaks = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            ours[round] = run.medianSeconds(seconds) * 1e3;
            if (peer != null) {
                TorchTraining.Figures figures =
                        new TorchTraining(peer.python(), peer.script(), threads).run(model, comparison.precision());
                theirs[round] = figures.milliseconds();
                peaks[round] = figures.peakMib();
            }
        }
        boolean alone = peer == null;
        return new Medians(
                Measurement.median(ours),
                PeakMemory.ofThisProcess(),
                run.passPeakBytes() / (double) (1 << 20),
                alone ? Double.NaN : Measurement.median(theirs),
                alone ? Double.NaN : Measurement.median(peaks));
    }

    private void report(Medians medians, long units) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("model", model);
        figures.put("precision", comparison.precision());
        figures.put("threads", threads);
        figures.put("unitsPerSecond", units / medians.ours() * 1e3);
        figures.put("millisecondsPerStep", medians.ours());
        figures.put("peakMiB", medians.ourPeak());
        figures.put("passPeakMiB", medians.passPeak());
        String line = String.format(
                Locale.ROOT,
                "howdah train model=%s precision=%s threads=%d %.0f units/s %.1f ms/step peakMiB=%.0f passPeakMiB=%.1f",
                model,
                comparison.precision(),
                threads,
                units / medians.ours() * 1e3,
                medians.ours(),
                medians.ourPeak(),
                medians.passPeak());
        if (comparison.peer() != null) {
            figures.put("peerMillisecondsPerStep", medians.theirs());
            figures.put("peerPeakMiB", medians.theirPeak());
            figures.put("ratio", medians.theirs() / medians.ours());
            line += String.format(
                    Locale.ROOT,
                    " peer_ms=%.1f peer_peakMiB=%.0f ratio=%.2f",
                    medians.theirs(),
                    medians.theirPeak(),
                    medians.theirs() / medians.ours());
        }
        System.out.println(line);
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        }
    }
}
