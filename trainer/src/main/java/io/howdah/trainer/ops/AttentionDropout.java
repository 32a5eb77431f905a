// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** Factors of attention weights, 0 or 1/(1 − p), block after block; the same ones each time for the same settings. */
final class AttentionDropout {
    private final Philox random;
    private final double probability;

    private AttentionDropout(Philox random, double probability) {
        this.random = random;
        this.probability = probability;
    }

    static @Nullable AttentionDropout of(Attention.Settings settings) {
        Randomness.State start = settings.randomness();
        if (start == null) {
            return null;
        }
        Randomness.State now = Randomness.current().state();
        Randomness.current().restore(start);
        AttentionDropout dropout = new AttentionDropout(Randomness.current().next(), settings.dropout());
        Randomness.current().restore(now);
        return dropout;
    }

    /** Overwrites {@code factors}, contiguous and of {@code shape}, with the next block; returns it. */
    Tensor next(Shape shape, Tensor factors) {
        double kept = probability == 1 ? 0 : 1 / (1 - probability);
        long threshold = Math.round(probability * 0x1p32);
        boolean isDouble = factors.dtype() == DType.FLOAT64;
        long address = factors.address();
        for (long i = 0; i < shape.elements(); i++) {
            double factor = (random.nextInt() & 0xffff_ffffL) < threshold ? 0 : kept;
            if (isDouble) {
                Memory.putDouble(address + i * Double.BYTES, factor);
            } else {
                Memory.putFloat(address + i * Float.BYTES, (float) factor);
            }
        }
        Reference.reachabilityFence(factors);
        return factors;
    }
}
