// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.tensor.Tensor;

/** Lays images [N, C, …] out with the channels of each place side by side, which the layers behind it keep. */
public final class ChannelsLast extends Layer {
    @Override
    protected Tensor compute(Tensor x) {
        return ConvolutionFunctions.channelsLast(x);
    }

    @Override
    protected String expected() {
        return "[N, C, …]";
    }
}
