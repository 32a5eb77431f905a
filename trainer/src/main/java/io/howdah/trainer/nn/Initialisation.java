// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;

/** Random first values of parameters; the same generator state gives the same values everywhere. */
public final class Initialisation {
    private Initialisation() {}

    /** A float32 tensor, uniform in [−bound, bound). */
    public static Tensor uniform(Philox random, double bound, long... sizes) {
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes));
        FloatBuffer elements = tensor.buffer().asFloatBuffer();
        while (elements.hasRemaining()) {
            elements.put((float) ((2 * random.nextDouble() - 1) * bound));
        }
        return tensor;
    }

    /** A float32 tensor of standard normal numbers. */
    public static Tensor normal(Philox random, long... sizes) {
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes));
        FloatBuffer elements = tensor.buffer().asFloatBuffer();
        while (elements.hasRemaining()) {
            elements.put((float) random.nextGaussian());
        }
        return tensor;
    }
}
