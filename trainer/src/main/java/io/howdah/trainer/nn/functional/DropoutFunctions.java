// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Dropouts;
import io.howdah.trainer.tensor.Tensor;

/** Dropout. Outside training all return their input. */
public final class DropoutFunctions {
    private DropoutFunctions() {}

    /** Zeroes each element with probability p and divides the others by 1 − p. */
    public static Tensor dropout(Tensor x, double p, Mode mode) {
        return Dropouts.dropout(x, p, mode.isTraining());
    }

    /**
     * Zeroes each channel as a whole with probability p and divides the others by 1 − p.
     *
     * @param x [N, C, …]
     */
    public static Tensor channelDropout(Tensor x, double p, Mode mode) {
        return Dropouts.channelDropout(x, p, mode.isTraining());
    }
}
