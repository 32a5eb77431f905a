// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.tensor.Philox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The beginnings of the texts that are written. */
final class Prompts {
    private static final int LENGTH = 64;

    private Prompts() {}

    /**
     * @param file lines of token numbers with spaces between them, or objects with a {@code prompt} as generate reads and
     *     writes them, for models whose tokens are bytes; random tokens if null
     */
    static List<int[]> of(@Nullable Path file, int count, int vocabulary) throws IOException {
        List<int[]> prompts = new ArrayList<>();
        if (file != null) {
            List<String> lines = Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            for (int i = 0; i < count; i++) {
                String line = lines.get(i % lines.size());
                prompts.add(line.startsWith("{") ? bytes(line) : numbers(line));
            }
        } else {
            Philox random = new Philox(3, 0);
            for (int i = 0; i < count; i++) {
                int[] prompt = new int[LENGTH];
                for (int k = 0; k < LENGTH; k++) {
                    prompt[k] = random.nextInt(vocabulary);
                }
                prompts.add(prompt);
            }
        }
        return prompts;
    }

    private static int[] numbers(String line) {
        String[] words = line.strip().split("\\s+", -1);
        int[] numbers = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = Integer.parseInt(words[i]);
        }
        return numbers;
    }

    private static int[] bytes(String line) throws IOException {
        String prompt = new ObjectMapper().readTree(line).path("prompt").asText();
        byte[] bytes = prompt.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return tokens;
    }
}
