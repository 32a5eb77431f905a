// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/** Between variances and r = 1/√(variance + ε); contiguous float32. */
final class Moments {
    private Moments() {}

    /** Replaces variances by r. */
    static void toInverses(Tensor variances, double epsilon) {
        long address = variances.address();
        for (long i = 0; i < variances.elements(); i++) {
            double variance = Memory.getFloat(address + i * Float.BYTES);
            Memory.putFloat(address + i * Float.BYTES, (float) (1 / Math.sqrt(variance + epsilon)));
        }
        Reference.reachabilityFence(variances);
    }

    /** variances = 1/r², to be used with ε = 0. */
    static void fromInverses(Tensor inverses, Tensor variances) {
        long from = inverses.address();
        long to = variances.address();
        for (long i = 0; i < inverses.elements(); i++) {
            double inverse = Memory.getFloat(from + i * Float.BYTES);
            Memory.putFloat(to + i * Float.BYTES, (float) (1 / (inverse * inverse)));
        }
        Reference.reachabilityFence(inverses);
        Reference.reachabilityFence(variances);
    }
}
