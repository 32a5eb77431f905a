// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.Tensor;

/** Runs a primitive on the calling thread. */
@FunctionalInterface
interface Runner {
    /** Runs the primitive of {@code recipe}; false, with nothing done, where oneDNN has no fast one. */
    boolean run(Recipe recipe, Tensor... operands);
}
