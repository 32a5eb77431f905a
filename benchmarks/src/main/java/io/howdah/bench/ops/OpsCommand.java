// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.Measurement;
import io.howdah.trainer.kernel.Backends;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench ops}: a table of single operations, and its ratios to PyTorch's. */
@Command(
        name = "ops",
        mixinStandardHelpOptions = true,
        description = "Prints op, shape, dtype, median microseconds and rate of single operations. With a peer, both"
                + " sides take turns, and ratio is the peer's median over ours: above 1 we are faster.")
public final class OpsCommand implements Callable<Integer> {
    @Option(names = "--only", description = "Regular expression that the op's name has to contain.")
    private String only = "";

    @Option(names = "--seconds", description = "Seconds per operation and round (default ${DEFAULT-VALUE}).")
    private double seconds = 0.6;

    @Option(names = "--rounds", description = "Turns of both sides (default ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(names = "--backend", description = "Kernels: auto, onednn or java (default ${DEFAULT-VALUE}).")
    private String backend = Backends.AUTO;

    @Option(names = "--torch", description = "A Python with PyTorch; needs --peer.")
    private @Nullable Path torch;

    @Option(names = "--peer", description = "The script that prints PyTorch's table.")
    private @Nullable Path peer;

    @Option(
            names = "--threads",
            description = "Threads of the peer; ours are set by OMP_NUM_THREADS (default ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Also writes all figures to this file.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if ((torch == null) != (peer == null)) {
            System.err.println("Cannot compare: torch=" + torch + " peer=" + peer
                    + ", expected both or none; name the Python and the script");
            return 2;
        }
        Backends.use(backend);
        Pattern pattern = Pattern.compile(only);
        List<OpCase> cases = OpTable.all().stream()
                .filter(candidate -> pattern.matcher(candidate.key().op()).find())
                .toList();
        Map<Row.Key, List<Row>> ours = new LinkedHashMap<>();
        Map<Row.Key, List<Row>> theirs = new LinkedHashMap<>();
        for (int round = 0; round < (torch == null ? 1 : rounds); round++) {
            for (OpCase operation : cases) {
                Row row = operation.measure(seconds);
                ours.computeIfAbsent(row.key(), absent -> new ArrayList<>()).add(row);
                if (torch == null) {
                    System.out.println(row.line());
                }
            }
            if (torch != null && peer != null) {
                new Peer(torch, peer, threads)
                        .run()
                        .forEach((key, row) -> theirs.computeIfAbsent(key, absent -> new ArrayList<>())
                                .add(row));
            }
        }
        List<Map<String, Object>> figures = compare(ours, theirs, torch == null ? null : System.out);
        if (json != null) {
            Files.write(
                    json, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        }
        return 0;
    }

    private static List<Map<String, Object>> compare(
            Map<Row.Key, List<Row>> ours, Map<Row.Key, List<Row>> theirs, @Nullable PrintStream out) {
        List<Map<String, Object>> figures = new ArrayList<>();
        ours.forEach((key, rows) -> {
            Row row = median(rows);
            Map<String, Object> figure = new LinkedHashMap<>();
            figure.put("op", key.op());
            figure.put("shape", key.shape());
            figure.put("dtype", key.dtype());
            figure.put("us", row.microseconds());
            figure.put(row.unit(), row.rate());
            String line = row.line();
            List<Row> peers = theirs.get(key);
            if (peers != null) {
                double peer = median(peers).microseconds();
                figure.put("peer_us", peer);
                figure.put("ratio", peer / row.microseconds());
                line += String.format(Locale.ROOT, " peer_us=%.1f ratio=%.2f", peer, peer / row.microseconds());
            }
            if (out != null) {
                out.println(line);
            }
            figures.add(figure);
        });
        return figures;
    }

    private static Row median(List<Row> rows) {
        double microseconds =
                Measurement.median(rows.stream().mapToDouble(Row::microseconds).toArray());
        Row first = rows.get(0);
        return new Row(first.key(), microseconds, first.rate() * first.microseconds() / microseconds, first.unit());
    }
}
