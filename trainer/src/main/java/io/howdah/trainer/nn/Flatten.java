// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.tensor.Tensor;

/** Several dimensions in one; by default all but the first: [N, …] to [N, D]. */
public final class Flatten extends Layer {
    private final int first;
    private final int last;

    /** All dimensions but the first. */
    public Flatten() {
        this(1, -1);
    }

    /** Dimensions {@code first} to {@code last}; negative numbers count from the end. */
    public Flatten(int first, int last) {
        this.first = first;
        this.last = last;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return LinearFunctions.flatten(x, first, last);
    }

    @Override
    protected String expected() {
        return "dimensions " + first + " to " + last;
    }

    @Override
    protected String describe() {
        return "first=" + first + ", last=" + last;
    }
}
