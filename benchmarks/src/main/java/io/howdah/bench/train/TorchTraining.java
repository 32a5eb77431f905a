// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The same training by PyTorch: a script that prints {@code torch MODEL PRECISION … units/s MS ms/step}. */
final class TorchTraining {
    private static final Pattern LINE = Pattern.compile("torch\\S* \\S+ \\S+ .*?([0-9.]+) ms/step");

    private final Path python;
    private final Path script;
    private final int threads;

    TorchTraining(Path python, Path script, int threads) {
        this.python = python;
        this.script = script;
        this.threads = threads;
    }

    /** What the script said, and the most memory that its process had. */
    record Figures(double milliseconds, double peakMib) {}

    Figures run(String model, String precision) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(python.toString(), script.toString(), model, precision, Integer.toString(threads));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        // However we wait for our threads, the peer waits as it does by itself.
        builder.environment().keySet().removeAll(List.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        PeakMemory memory = PeakMemory.watching(process.pid());
        String line;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            line = lines.readLine();
        } finally {
            process.destroy();
        }
        int status = process.waitFor();
        return new Figures(milliseconds(line, status), memory.peakMib());
    }

    private double milliseconds(@Nullable String line, int status) throws IOException {
        Matcher matcher = LINE.matcher(line == null ? "" : line);
        if (!matcher.find()) {
            throw new IOException("Cannot run peer: " + python + " " + script + " ended with status=" + status
                    + " line=" + line + ", expected its figures; try it by hand");
        }
        return Double.parseDouble(matcher.group(1));
    }
}
