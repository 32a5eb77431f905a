// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.tensor.Tensor;

/**
 * A module from one tensor to one tensor, which {@link Sequential} takes.
 *
 * <p>Errors about the input name this layer's path in its module tree, the innermost layer's where layers contain layers.
 */
public abstract class Layer extends Module {
    /**
     * The result for {@code x}.
     *
     * @throws LayerException if the input does not fit
     */
    public final Tensor forward(Tensor x) {
        Tensor result;
        try {
            result = compute(x);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw LayerException.of(this, x, expected(), e);
        }
        returns(result);
        return result;
    }

    /** What {@link #forward} returns. */
    protected abstract Tensor compute(Tensor x);

    /** Which inputs fit, for messages: a shape with its sizes, for instance {@code […, 4]}. */
    protected String expected() {
        return "an input that its parts take";
    }

    /** {@link #summary(Runnable)} of a run on {@code x}. */
    public final Summary summary(Tensor x) {
        return summary(() -> forward(x));
    }
}
