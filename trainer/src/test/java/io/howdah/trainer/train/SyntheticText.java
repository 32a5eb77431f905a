// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Byte text that is easy to predict: words of a short list in random order. */
final class SyntheticText {
    private static final List<String> WORDS = List.of("elephant ", "howdah ", "mahout ", "trunk ", "river ");

    private SyntheticText() {}

    static InMemoryDataset dataset(long seed, int rows, int length) {
        Philox random = new Philox(seed, 0);
        StringBuilder text = new StringBuilder();
        while (text.length() < rows * length) {
            text.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        byte[] bytes = Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), rows * length);
        long[] histogram = new long[256];
        for (byte token : bytes) {
            histogram[token & 0xff]++;
        }
        Map<String, String> properties = Map.of(
                "vocabulary",
                "256",
                "separator",
                "0",
                "sequence.length",
                Integer.toString(length),
                "histogram",
                Arrays.stream(histogram).mapToObj(Long::toString).collect(Collectors.joining(",")));
        return new InMemoryDataset(Map.of("tokens", Tensor.of(bytes, rows, length)), properties, 16);
    }
}
