// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Runs a primitive on the calling thread. */
@FunctionalInterface
interface Runner {
    /**
     * Runs the primitive of {@code recipe}; false, with nothing done, where oneDNN has no fast one.
     *
     * @param operands in the order of the recipe's slots
     */
    boolean run(Recipe recipe, List<Tensor> operands);
}
