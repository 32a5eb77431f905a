// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same table by PyTorch: a script that prints lines of {@code torch OP SHAPE DTYPE MICROSECONDS us RATE UNIT} with
 * columns of fixed width.
 */
final class Peer {
    private static final Pattern LINE =
            Pattern.compile("torch (.{22}) (.{26}) (\\S+)\\s+([0-9.]+) us\\s+([0-9.]+) (\\S+)");

    private final Path python;
    private final Path script;
    private final int threads;

    Peer(Path python, Path script, int threads) {
        this.python = python;
        this.script = script;
        this.threads = threads;
    }

    /** Runs the whole table once. */
    Map<Row.Key, Row> run() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(python.toString(), script.toString(), Integer.toString(threads));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        // However we wait for our threads, the peer waits as it does by itself.
        builder.environment().keySet().removeAll(List.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        Map<Row.Key, Row> rows = new LinkedHashMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Row row = parse(line);
                rows.put(row.key(), row);
            }
        } finally {
            process.destroy();
        }
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException("Cannot run peer: " + python + " " + script + " ended with status=" + status
                    + ", expected 0; try it by hand");
        }
        return rows;
    }

    static Row parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "Cannot read peer: line=" + line + ", expected a line of the table; correct the script");
        }
        Row.Key key = new Row.Key(matcher.group(1).strip(), matcher.group(2).strip(), matcher.group(3));
        return new Row(
                key, Double.parseDouble(matcher.group(4)), Double.parseDouble(matcher.group(5)), matcher.group(6));
    }
}
