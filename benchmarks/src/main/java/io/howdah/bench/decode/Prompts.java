// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.trainer.tensor.Philox;
import java.io.IOException;
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
     * @param tokens lines of token numbers with spaces between them, or null
     * @param text a file whose bytes are tokens, of which pieces are taken at even distances, or null
     */
    static List<int[]> of(@Nullable Path tokens, @Nullable Path text, int count, int vocabulary) throws IOException {
        List<int[]> prompts = new ArrayList<>();
        if (tokens != null) {
            List<String> lines = Files.readAllLines(tokens).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            for (int i = 0; i < count; i++) {
                prompts.add(numbers(lines.get(i % lines.size())));
            }
        } else if (text != null) {
            byte[] bytes = Files.readAllBytes(text);
            for (int i = 0; i < count; i++) {
                prompts.add(piece(bytes, (int) ((long) i * (bytes.length - LENGTH) / count)));
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

    private static int[] piece(byte[] bytes, int from) {
        int[] prompt = new int[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            prompt[i] = bytes[from + i] & 0xff;
        }
        return prompt;
    }
}
