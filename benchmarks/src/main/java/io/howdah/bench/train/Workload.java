// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;

/**
 * A model with one batch that it is trained on again and again.
 *
 * @param name as on the command line
 * @param units examples or tokens of the batch
 * @param module the model
 * @param loss forward pass: the scalar mean loss of the batch
 */
record Workload(String name, long units, Module module, Loss loss) {
    /** A forward pass. */
    interface Loss {
        Tensor of();
    }
}
