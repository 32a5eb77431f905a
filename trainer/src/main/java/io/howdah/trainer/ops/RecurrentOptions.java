// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import org.jspecify.annotations.Nullable;

/**
 * How a recurrent network runs.
 *
 * @param bidirectional whether each layer also runs from the last step to the first, beside the other direction
 * @param batchFirst whether inputs and outputs are [N, T, …] instead of [T, N, …]
 * @param dropout probability with which elements between layers are zeroed in training
 * @param training whether there is dropout
 * @param lengths steps of each sequence, 1 to T, in any order; null if all have T
 */
public record RecurrentOptions(
        boolean bidirectional, boolean batchFirst, double dropout, boolean training, long @Nullable [] lengths) {
    /** Forward alone, [T, N, …], without dropout, all sequences of one length. */
    public static final RecurrentOptions DEFAULT = new RecurrentOptions(false, false, 0, false, null);

    public RecurrentOptions withBothDirections() {
        return new RecurrentOptions(true, batchFirst, dropout, training, lengths);
    }

    public RecurrentOptions withBatchFirst() {
        return new RecurrentOptions(bidirectional, true, dropout, training, lengths);
    }

    public RecurrentOptions withDropout(double probability, boolean inTraining) {
        return new RecurrentOptions(bidirectional, batchFirst, probability, inTraining, lengths);
    }

    public RecurrentOptions withLengths(long... newLengths) {
        return new RecurrentOptions(bidirectional, batchFirst, dropout, training, newLengths.clone());
    }
}
