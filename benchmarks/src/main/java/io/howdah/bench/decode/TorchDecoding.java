// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plain decoding by PyTorch: a script that prints {@code torch decode PRECISION … TOKENS tokens/s …}. */
final class TorchDecoding {
    private static final Pattern LINE = Pattern.compile("torch decode .*?([0-9.]+) tokens/s");

    private final Path python;
    private final Path script;
    private final int threads;

    TorchDecoding(Path python, Path script, int threads) {
        this.python = python;
        this.script = script;
        this.threads = threads;
    }

    double tokensPerSecond(String precision, int batch) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(python.toString(), script.toString(), precision, Integer.toString(batch));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        // However we wait for our threads, the peer waits as it does by itself.
        builder.environment().keySet().removeAll(List.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        String line;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            line = lines.readLine();
        } finally {
            process.destroy();
        }
        int status = process.waitFor();
        Matcher matcher = LINE.matcher(line == null ? "" : line);
        if (!matcher.find()) {
            throw new IOException("Cannot run peer: " + python + " " + script + " ended with status=" + status
                    + " line=" + line + ", expected its figures; try it by hand");
        }
        return Double.parseDouble(matcher.group(1));
    }
}
