// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

/** {@link BatchNorm} of [N, C, H, W]. */
public final class BatchNorm2d extends BatchNorm {
    /** With PyTorch's settings. */
    public BatchNorm2d(long channels) {
        this(channels, BatchNormSettings.DEFAULT);
    }

    /** @param channels C */
    public BatchNorm2d(long channels, BatchNormSettings settings) {
        super(channels, settings);
    }

    @Override
    boolean takes(int rank) {
        return rank == 4;
    }

    @Override
    protected String expected() {
        return "[N, " + channels() + ", H, W], in training with more than one value per channel";
    }
}
