// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Key;
import io.howdah.trainer.nn.Activation;
import java.util.List;
import java.util.Set;

/** Configuration of the multilayer perceptron. */
public final class PerceptronKeys {
    /** Gates halve a width, and a softmax hides a layer's scale. */
    private static final Set<String> UNFIT = Set.of("glu", "swiglu", "softmax", "log_softmax");

    public static final Key<List<Long>> HIDDEN = Key.integers(
            "howdah.model.mlp.hidden",
            List.of(256L, 256L),
            1,
            1_048_576,
            "mlp: widths of the hidden layers, in forward order; empty for none.");

    public static final Key<String> ACTIVATION = Key.choice(
            "howdah.model.mlp.activation",
            "relu",
            Activation.names().stream().filter(name -> !UNFIT.contains(name)).toList(),
            "mlp: function behind every hidden layer.");

    public static final Key<Double> DROPOUT = Key.decimal(
            "howdah.model.mlp.dropout",
            0.0,
            0.0,
            1.0,
            "",
            "mlp: probability with which training drops an element behind every hidden layer.");

    public static final List<Key<?>> ALL = List.of(HIDDEN, ACTIVATION, DROPOUT);

    private PerceptronKeys() {}
}
