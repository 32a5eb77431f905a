// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.ops.RecurrentOptions;

/**
 * How large a recurrent network is and how it runs.
 *
 * @param inputs I, width of the input
 * @param hidden H, width of the states
 * @param layers number of layers
 * @param bias whether gates add biases
 * @param options directions, order of the dimensions, and dropout between layers; lengths come with each call
 */
public record RecurrentSettings(long inputs, long hidden, int layers, Bias bias, RecurrentOptions options) {
    public RecurrentSettings {
        if (inputs < 1 || hidden < 1 || layers < 1 || options.lengths() != null) {
            throw new IllegalArgumentException("Cannot make recurrent network: inputs=" + inputs + " hidden=" + hidden
                    + " layers=" + layers + " lengths=" + (options.lengths() == null ? "none" : "given")
                    + ", expected sizes above 0 and no lengths; correct the settings, pass lengths to run");
        }
    }

    /** One layer in one direction with biases, input [T, N, I], as PyTorch's defaults. */
    public static RecurrentSettings of(long inputs, long hidden) {
        return new RecurrentSettings(inputs, hidden, 1, Bias.LEARNT, RecurrentOptions.DEFAULT);
    }

    public RecurrentSettings withLayers(int newLayers) {
        return new RecurrentSettings(inputs, hidden, newLayers, bias, options);
    }

    public RecurrentSettings withBias(Bias newBias) {
        return new RecurrentSettings(inputs, hidden, layers, newBias, options);
    }

    /** Each layer also runs from the last step to the first. */
    public RecurrentSettings withBothDirections() {
        return new RecurrentSettings(inputs, hidden, layers, bias, options.withBothDirections());
    }

    /** Inputs and outputs are [N, T, …]. */
    public RecurrentSettings withBatchFirst() {
        return new RecurrentSettings(inputs, hidden, layers, bias, options.withBatchFirst());
    }

    /** In training zeroes elements between layers. */
    public RecurrentSettings withDropout(double probability) {
        return new RecurrentSettings(inputs, hidden, layers, bias, options.withDropout(probability, false));
    }

    int directions() {
        return options.bidirectional() ? 2 : 1;
    }
}
