// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** The weights and tokens of {@code scripts/golden/dump_language_training.py}: numbers that names and places alone decide. */
final class Recipe {
    static final int VOCABULARY = 64;
    static final int ROWS = 4;
    static final int LENGTH = 16;
    static final int BATCHES = 4;
    static final int SEPARATOR = 0;
    private static final int MASK = VOCABULARY;

    private Recipe() {}

    /** In [−½, ½). */
    private static double uniform(String name, int place) {
        int h = place * 0x9E3779B1 + name.hashCode();
        h ^= h >>> 15;
        h *= 0x85EBCA77;
        h ^= h >>> 13;
        return Integer.toUnsignedLong(h) * 0x1p-32 - 0.5;
    }

    static void fill(Module module) {
        module.parameters().forEach((name, tensor) -> {
            double bound = tensor.shape().rank() > 1 ? 1 / Math.sqrt(tensor.size(-1)) : 0.1;
            double base = name.contains("norm") && name.endsWith(".weight") ? 1 : 0;
            FloatBuffer elements = tensor.buffer().asFloatBuffer();
            for (int i = 0; elements.hasRemaining(); i++) {
                elements.put((float) (base + 2 * bound * uniform(name, i)));
            }
            tensor.bumpVersion();
        });
    }

    /** A batch, [ROWS, LENGTH]. */
    static Tensor tokens(int batch) {
        byte[] tokens = new byte[ROWS * LENGTH];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (byte) ((uniform("tokens", batch * tokens.length + i) + 0.5) * VOCABULARY);
        }
        return Tensor.of(tokens, ROWS, LENGTH);
    }

    /** Hides every seventh token of a diagonal. */
    static Masking masking(int batch) {
        long[] tokens;
        try (Tensor all = tokens(batch)) {
            tokens = all.toLongs();
        }
        int[] inputs = new int[tokens.length];
        int[] targets = new int[tokens.length];
        long[] places = new long[tokens.length];
        int chosen = 0;
        for (int i = 0; i < tokens.length; i++) {
            inputs[i] = (int) tokens[i];
            if ((i % LENGTH + i / LENGTH + batch) % 7 == 0) {
                targets[chosen] = inputs[i];
                places[chosen++] = i;
                inputs[i] = MASK;
            }
        }
        return new Masking(
                Tensor.of(inputs, ROWS, LENGTH),
                Tensor.of(Arrays.copyOf(places, chosen), chosen),
                Tensor.of(Arrays.copyOf(targets, chosen), chosen));
    }
}
