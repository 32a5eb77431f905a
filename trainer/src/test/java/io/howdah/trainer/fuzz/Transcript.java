// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes what comes of programs in float64, one line of JSON each, to the file named by {@code fuzz.transcript}. */
final class Transcript {
    private static final String FILE = System.getProperty("fuzz.transcript", "");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Transcript() {}

    static void append(Program program) throws IOException {
        if (!FILE.isEmpty()) {
            Backends.use("java");
            String line = JSON.writeValueAsString(Run.of(program, DType.FLOAT64)) + "\n";
            Files.write(
                    Path.of(FILE),
                    line.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
