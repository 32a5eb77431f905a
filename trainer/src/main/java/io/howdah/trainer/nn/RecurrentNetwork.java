// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.RecurrentFunctions;
import io.howdah.trainer.ops.Recurrent;
import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.ops.RecurrentOptions;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent network of several layers: [T, N, I], or [N, T, I] with batch first, to the states of the last layer after
 * each step, [T, N, H · directions]. As a {@link Layer} it starts from zeros and returns these outputs alone.
 *
 * <p>Parameters are named as in PyTorch: {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code
 * bias_hh_l0}, then {@code …_l0_reverse}, then {@code …_l1}; all start uniform in ±1/√H.
 */
public abstract sealed class RecurrentNetwork extends Layer permits Rnn, Lstm, Gru {
    private final RecurrentKind kind;
    private final RecurrentSettings settings;
    private final List<Recurrent.Weights> weights = new ArrayList<>();

    RecurrentNetwork(RecurrentKind kind, RecurrentSettings settings, Philox random) {
        this.kind = kind;
        this.settings = settings;
        for (int layer = 0; layer < settings.layers(); layer++) {
            for (int direction = 0; direction < settings.directions(); direction++) {
                weights.add(weights(layer, direction == 0 ? "_l" + layer : "_l" + layer + "_reverse", random));
            }
        }
    }

    private Recurrent.Weights weights(int layer, String suffix, Philox random) {
        long hidden = settings.hidden();
        long gates = kind.gates() * hidden;
        long inputs = layer == 0 ? settings.inputs() : settings.directions() * hidden;
        double bound = 1 / Math.sqrt(hidden);
        Tensor input = parameter("weight_ih" + suffix, Initialisation.uniform(random, bound, gates, inputs));
        Tensor recurrent = parameter("weight_hh" + suffix, Initialisation.uniform(random, bound, gates, hidden));
        if (settings.bias() == Bias.NONE) {
            return new Recurrent.Weights(input, recurrent, null, null);
        }
        return new Recurrent.Weights(
                input,
                recurrent,
                parameter("bias_ih" + suffix, Initialisation.uniform(random, bound, gates)),
                parameter("bias_hh" + suffix, Initialisation.uniform(random, bound, gates)));
    }

    /**
     * The outputs and the last states.
     *
     * @param initial [layers · directions, N, H] each; null for zeros
     */
    public final Recurrent.Result run(Tensor x, Recurrent.@Nullable State initial) {
        return run(x, initial, settings.options());
    }

    /**
     * {@link #run(Tensor, Recurrent.State)} for sequences of several lengths.
     *
     * @param lengths steps of each sequence, 1 to T, in any order
     */
    public final Recurrent.Result run(Tensor x, Recurrent.@Nullable State initial, long... lengths) {
        return run(x, initial, settings.options().withLengths(lengths));
    }

    private Recurrent.Result run(Tensor x, Recurrent.@Nullable State initial, RecurrentOptions options) {
        Recurrent.Result result;
        try {
            result = RecurrentFunctions.run(kind, x, initial, weights, options, mode());
        } catch (IllegalArgumentException e) {
            throw LayerException.of(this, x, expected(), e);
        }
        returns(result.output());
        return result;
    }

    @Override
    protected final Tensor compute(Tensor x) {
        return RecurrentFunctions.run(kind, x, null, weights, settings.options(), mode())
                .output();
    }

    @Override
    protected final String expected() {
        return (settings.options().batchFirst() ? "[N, T, " : "[T, N, ") + settings.inputs() + "]";
    }

    @Override
    protected final String describe() {
        RecurrentOptions options = settings.options();
        return "inputs=" + settings.inputs() + ", hidden=" + settings.hidden() + ", layers=" + settings.layers()
                + (options.bidirectional() ? ", bidirectional" : "")
                + (options.batchFirst() ? ", batchFirst" : "")
                + (options.dropout() == 0 ? "" : ", dropout=" + options.dropout())
                + (settings.bias() == Bias.NONE ? ", bias=none" : "");
    }
}
