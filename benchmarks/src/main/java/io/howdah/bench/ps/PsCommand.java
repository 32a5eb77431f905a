// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.Measurement;
import io.howdah.bench.ps.Link.Act;
import io.howdah.bench.ps.Link.Exchanges;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench ps}. */
@Command(
        name = "ps",
        mixinStandardHelpOptions = true,
        description = "Measures the parameter server's transport between two processes on this machine, in turns with"
                + " blocking channels of the JDK (ratio: ours over theirs), and its sums on one core.")
public final class PsCommand implements Callable<Integer> {
    /** Bytes of the largest body. */
    static final int LARGEST = 16 << 20;

    private static final int ROUND_TRIPS = 2_000;

    @Option(names = "--seconds", description = "Seconds per figure and round (default ${DEFAULT-VALUE}).")
    private double seconds = 1;

    @Option(names = "--rounds", description = "Turns of all (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--json", description = "Also writes all figures to this file.")
    private @Nullable Path json;

    private final List<Map<String, Object>> figures = new ArrayList<>();

    /** Sizes, and how many exchanges are under way. */
    private enum Size {
        SMALL("64KiB", 64 << 10, 16),
        MIDDLE("1MiB", 1 << 20, 4),
        LARGE("16MiB", LARGEST, 2);

        private final String label;
        private final int bytes;
        private final int window;

        Size(String label, int bytes, int window) {
            this.label = label;
            this.bytes = bytes;
            this.window = window;
        }
    }

    /** One kind of link with its server. */
    private record Side(LinkKind kind, ServerProcess server, Link link) implements AutoCloseable {
        static Side of(LinkKind kind, JobAuthority authority) throws IOException {
            ServerProcess server = new ServerProcess(kind, authority);
            return new Side(kind, server, kind.connect(server.port(), Certification.by(authority)));
        }

        String label() {
            return kind.name().toLowerCase(Locale.ROOT);
        }

        long processorNanos() throws IOException {
            return server.processorNanos() + ProcessorTime.ofThisProcess();
        }

        @Override
        public void close() throws IOException {
            link.close();
            server.close();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Side> sides = new ArrayList<>();
        JobAuthority authority = JobAuthority.create(Certification.JOB);
        try {
            for (LinkKind kind : LinkKind.values()) {
                sides.add(Side.of(kind, authority));
            }
            for (Act act : Act.values()) {
                for (Size size : Size.values()) {
                    transfer(sides, act, size);
                }
            }
            roundTrips(sides);
        } finally {
            for (Side side : sides) {
                side.close();
            }
        }
        for (int slices : new int[] {2, 8}) {
            double speed = new SumBenchmark(slices, DType.BFLOAT16).gigabytesPerSecond(2 * seconds);
            print(new Figure("op", "sum")
                    .and("slices", slices)
                    .and("dtype", "bf16")
                    .and("gbps", speed));
        }
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        }
        return 0;
    }

    /** What is measured of one side in one turn. */
    private interface Turn {
        double[] measure(Side side) throws IOException, InterruptedException;
    }

    /** Medians of two figures of every side, which take turns; the first round only warms up. */
    private double[][] medians(List<Side> sides, Turn turn) throws IOException, InterruptedException {
        double[][][] measured = new double[sides.size()][2][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int side = 0; side < measured.length; side++) {
                double[] pair = turn.measure(sides.get(side));
                for (int i = 0; i < pair.length && round >= 0; i++) {
                    measured[side][i][round] = pair[i];
                }
            }
        }
        return Arrays.stream(measured)
                .map(pair ->
                        Arrays.stream(pair).mapToDouble(Measurement::median).toArray())
                .toArray(double[][]::new);
    }

    private void transfer(List<Side> sides, Act act, Size size) throws IOException, InterruptedException {
        double[][] medians = medians(sides, side -> transfer(side, act, size));
        for (int i = 0; i < medians.length; i++) {
            Figure figure = new Figure("op", act == Act.PUSH ? "push+sum" : "pull")
                    .and("size", size.label)
                    .and("link", sides.get(i).label())
                    .and("gbps", medians[i][0])
                    .and("cpuSecondsPerGB", medians[i][1]);
            if (i > 0) { // the first one is the baseline
                figure.and("baseline", medians[0][0]).and("ratio", medians[i][0] / medians[0][0]);
            }
            print(figure);
        }
    }

    /** 10⁹ bytes per second, and processor seconds of both ends per 10⁹ bytes. */
    private double[] transfer(Side side, Act act, Size size) throws IOException, InterruptedException {
        int batch = 4 * size.window;
        long bytes = 0;
        long cpu = side.processorNanos();
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        while (System.nanoTime() < end) {
            side.link().run(new Exchanges(act, size.bytes, size.window, batch));
            bytes += (long) batch * size.bytes;
        }
        double elapsed = System.nanoTime() - start;
        return new double[] {bytes / elapsed, (side.processorNanos() - cpu) / (double) bytes};
    }

    private void roundTrips(List<Side> sides) throws IOException, InterruptedException {
        double[][] medians = medians(sides, PsCommand::roundTrips);
        for (int i = 0; i < medians.length; i++) {
            print(new Figure("op", "round-trip")
                    .and("size", "1KiB")
                    .and("link", sides.get(i).label())
                    .and("p50us", medians[i][0])
                    .and("p99us", medians[i][1]));
        }
    }

    /** Microseconds: the median, and what one in a hundred exceeds. */
    private static double[] roundTrips(Side side) throws IOException, InterruptedException {
        double[] sorted = Arrays.stream(side.link().run(new Exchanges(Act.PUSH, 1 << 10, 1, ROUND_TRIPS)))
                .mapToDouble(nanos -> nanos / 1e3)
                .sorted()
                .toArray();
        return new double[] {sorted[sorted.length / 2], sorted[sorted.length * 99 / 100]};
    }

    private void print(Figure figure) {
        System.out.println("howdah ps" + figure);
        figures.add(figure.values);
    }

    /** Names and values of one line. */
    private static final class Figure {
        private final Map<String, Object> values = new LinkedHashMap<>();

        Figure(String name, Object value) {
            values.put(name, value);
        }

        Figure and(String name, Object value) {
            values.put(name, value);
            return this;
        }

        @Override
        public String toString() {
            StringBuilder line = new StringBuilder();
            values.forEach((name, value) -> line.append(' ')
                    .append(name)
                    .append('=')
                    .append(value instanceof Double number ? String.format(Locale.ROOT, "%.2f", number) : value));
            return line.toString();
        }
    }
}
