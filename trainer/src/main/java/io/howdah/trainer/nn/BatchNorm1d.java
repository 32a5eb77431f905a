// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

/** {@link BatchNorm} of [N, C] or [N, C, W]. */
public final class BatchNorm1d extends BatchNorm {
    /** With PyTorch's settings. */
    public BatchNorm1d(long channels) {
        this(channels, BatchNormSettings.DEFAULT);
    }

    /** @param channels C */
    public BatchNorm1d(long channels, BatchNormSettings settings) {
        super(channels, settings);
    }

    @Override
    boolean takes(int rank) {
        return rank == 2 || rank == 3;
    }

    @Override
    protected String expected() {
        return "[N, " + channels() + "] or [N, " + channels()
                + ", W], in training with more than one value per channel";
    }
}
