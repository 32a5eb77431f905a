// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.function.DoubleSupplier;

/** First values of parameters, float32; the same generator state gives the same values everywhere. */
public final class Initialisation {
    private Initialisation() {}

    /** Uniform in [−bound, bound). */
    public static Tensor uniform(Philox random, double bound, long... sizes) {
        return filled(() -> (2 * random.nextDouble() - 1) * bound, sizes);
    }

    /** Standard normal. */
    public static Tensor normal(Philox random, long... sizes) {
        return filled(random::nextGaussian, sizes);
    }

    /** Normal with mean 0. */
    public static Tensor normal(Philox random, double deviation, long... sizes) {
        return filled(() -> random.nextGaussian() * deviation, sizes);
    }

    /**
     * Uniform in ±√(6 / (K + N)) for a weight [N, K] (Glorot and Bengio, “Understanding the difficulty of training deep
     * feedforward neural networks”, 2010).
     */
    public static Tensor glorotUniform(Philox random, long outputs, long inputs) {
        return uniform(random, Math.sqrt(6.0 / (inputs + outputs)), outputs, inputs);
    }

    /** Every element the same. */
    public static Tensor constant(double value, long... sizes) {
        return filled(() -> value, sizes);
    }

    /** 1/√F, PyTorch's default bound, for a weight [N, …] of F elements per output; 0 without any. */
    static double bound(long... sizes) {
        long inputs = 1;
        for (int d = 1; d < sizes.length; d++) {
            inputs *= sizes[d];
        }
        return inputs == 0 ? 0 : 1 / Math.sqrt(inputs);
    }

    private static Tensor filled(DoubleSupplier values, long... sizes) {
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes));
        FloatBuffer elements = tensor.buffer().asFloatBuffer();
        while (elements.hasRemaining()) {
            elements.put((float) values.getAsDouble());
        }
        return tensor;
    }
}
