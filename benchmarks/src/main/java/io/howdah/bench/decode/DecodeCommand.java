// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.bench.Measurement;
import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.trainer.decode.DraftingParts;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.Products;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.speculate.RowCosts;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench decode}: tokens per second of plain and speculative decoding. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        description =
                "Writes texts plainly and with each drafter in turn; ratio is over plain decoding. Plain decoding is"
                        + " also held against the bandwidth of memory, and against PyTorch where a peer is given:"
                        + " peerRatio above 1 means we are faster.")
public final class DecodeCommand implements Callable<Integer> {
    private static final int MOST_ROWS = 128;

    /** Of a turn: texts with drafts end one by one, and only the last ones leave a batch that is not full. */
    private static final int BATCHES = 4;

    @Option(names = "--precision", split = ",", description = "bf16 and fp32 (default ${DEFAULT-VALUE}).")
    private List<String> precisions = List.of("bf16", "fp32");

    @Option(
            names = "--products",
            description =
                    "vector or onednn, what multiplies in bf16; fp32 always takes vector (default ${DEFAULT-VALUE}).")
    private String products = Products.VECTOR.text();

    @Option(names = "--batch", split = ",", description = "Texts at a time (default ${DEFAULT-VALUE}).")
    private List<Integer> batches = List.of(1, 4, 16);

    @Option(
            names = "--model",
            description =
                    "Folder with config.json and model.safetensors, and heads beside them; without it, random weights"
                            + " of 27 M parameters.")
    private @Nullable Path model;

    @Option(names = "--draft", description = "Folder of a smaller model with the same vocabulary, to draft with.")
    private @Nullable Path draft;

    @Option(names = "--calibration", description = "What calibrate has counted of the model's heads, for trees.")
    private @Nullable Path calibration;

    @Option(names = "--exit", description = "Blocks of the early exit (default ${DEFAULT-VALUE}).")
    private int exit = 2;

    @Option(names = "--depth", description = "Depth of all drafts; 0 takes what pays (default ${DEFAULT-VALUE}).")
    private int depth;

    @Option(
            names = "--prompts",
            description =
                    "File of prompts: lines of token numbers, or objects with a prompt, for models whose tokens are bytes;"
                            + " random ones without it.")
    private @Nullable Path prompts;

    @Option(
            names = "--texts",
            description = "Least texts of a turn, which are four batches in any case (default ${DEFAULT-VALUE}).")
    private int least = 8;

    @Option(names = "--tokens", description = "Tokens of a text (default ${DEFAULT-VALUE}).")
    private int tokens = 128;

    @Option(names = "--temperature", description = "0 takes the likeliest token (default ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--rounds", description = "Turns of all sides (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--threads", description = "Threads of both sides (default ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--torch", description = "A Python with PyTorch; needs --peer.")
    private @Nullable Path torch;

    @Option(names = "--peer", description = "The script that decodes the same shape with PyTorch.")
    private @Nullable Path peer;

    @Option(names = "--json", description = "Also writes all figures to this file.")
    private @Nullable Path json;

    private final ArrayNode figures = new ObjectMapper().createArrayNode();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if ((torch == null) != (peer == null)
                || !List.of("bf16", "fp32").containsAll(precisions)
                || !Products.names().contains(products)) {
            System.err.println("Cannot decode: precision=" + precisions + " products=" + products + " torch=" + torch
                    + " peer=" + peer + ", expected bf16 or fp32, one of " + Products.names()
                    + ", and both of a peer's options or none; correct them");
            return 2;
        }
        double bandwidth = ReadBandwidth.bytesPerSecond(threads);
        print(String.format(Locale.ROOT, "howdah decode readGBps=%.1f threads=%d", bandwidth / 1e9, threads));
        for (String precision : precisions) {
            measure(precision, bandwidth);
        }
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        }
        return 0;
    }

    private void measure(String precision, double bandwidth) throws IOException, InterruptedException {
        try (Compute compute = compute(precision);
                DecodeModel.Packed packed = DecodeModel.of(model, compute);
                DecodeModel.@Nullable Packed small = draft == null ? null : DecodeModel.of(draft, compute)) {
            DecoderNetwork target = packed.network();
            RowCosts costs = RowCosts.measure(target, MOST_ROWS);
            StringBuilder ratios = new StringBuilder();
            for (int rows = 1; rows <= MOST_ROWS / 2; rows *= 2) {
                ratios.append(String.format(Locale.ROOT, " r%d=%.2f", rows, costs.ratio(rows)));
            }
            print(String.format(
                    Locale.ROOT,
                    "howdah decode precision=%s oneRowMs=%.3f%s",
                    precision,
                    costs.nanos(1) / 1e6,
                    ratios));
            SamplingSettings sampling = SamplingSettings.temperature(temperature, 1);
            DraftingParts parts = new DraftingParts(
                    target, small == null ? null : small.network(), packed.heads(), calibration(), () -> costs);
            for (int batch : batches) {
                DecodeRun run =
                        new DecodeRun(target, costs, Drafters.of(parts, batch, exit), sampling, tokens, depth, batch);
                List<int[]> texts = Prompts.of(prompts, Math.max(BATCHES * batch, least), target.vocabulary());
                for (DecodeRun.Figure figure : run.measure(texts, rounds)) {
                    boolean plain = figure.drafter().equals(Drafters.PLAIN);
                    double peerSpeed = plain ? peerSpeed(precision, batch) : Double.NaN;
                    double limit = bandwidth / target.bytes() * batch;
                    report(precision, batch, figure, plain ? limit : Double.NaN, peerSpeed);
                }
            }
        }
    }

    private Compute compute(String precision) {
        return precision.equals("bf16")
                ? Compute.of(threads, DType.BFLOAT16, Products.of(products))
                : Compute.of(threads, DType.FLOAT32);
    }

    private @Nullable HeadCalibration calibration() throws IOException {
        return calibration == null ? null : HeadCalibration.of(new ObjectMapper().readTree(calibration.toFile()));
    }

    /** Median of the peer's rounds, or NaN. */
    private double peerSpeed(String precision, int batch) throws IOException, InterruptedException {
        if (torch == null || peer == null) {
            return Double.NaN;
        }
        double[] speeds = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            speeds[round] = new TorchDecoding(torch, peer, threads).tokensPerSecond(precision, batch);
        }
        return Measurement.median(speeds);
    }

    private void report(String precision, int batch, DecodeRun.Figure figure, double limit, double peerSpeed) {
        ObjectNode node = figures.addObject()
                .put("precision", precision)
                .put("batch", batch)
                .put("drafter", figure.drafter())
                .put("tokensPerSecond", figure.tokensPerSecond())
                .put("acceptedPerStep", figure.statistics().meanAcceptedLength())
                .put("ratio", figure.ratio());
        node.set("statistics", figure.statistics().json());
        String line = String.format(
                Locale.ROOT,
                "howdah decode precision=%s batch=%d drafter=%s tokensPerSecond=%.1f acceptedPerStep=%.2f ratio=%.2f",
                precision,
                batch,
                figure.drafter(),
                figure.tokensPerSecond(),
                figure.statistics().meanAcceptedLength(),
                figure.ratio());
        if (!figure.statistics().drafted().isEmpty()) {
            line += " acceptance=" + acceptance(figure.statistics());
        }
        if (!Double.isNaN(limit)) {
            double share = figure.tokensPerSecond() / limit;
            node.put("bandwidthShare", share);
            line += String.format(Locale.ROOT, " bandwidthShare=%.2f", share);
        }
        if (!Double.isNaN(peerSpeed)) {
            node.put("peerTokensPerSecond", peerSpeed).put("peerRatio", figure.tokensPerSecond() / peerSpeed);
            line += String.format(
                    Locale.ROOT,
                    " peerTokensPerSecond=%.1f peerRatio=%.2f",
                    peerSpeed,
                    figure.tokensPerSecond() / peerSpeed);
        }
        print(line);
    }

    /** Share of the drafts that were accepted, by depth. */
    private static String acceptance(DecodingStatistics statistics) {
        return IntStream.rangeClosed(1, statistics.drafted().size())
                .mapToObj(depth -> String.format(Locale.ROOT, "%.2f", statistics.acceptance(depth)))
                .collect(Collectors.joining(","));
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
