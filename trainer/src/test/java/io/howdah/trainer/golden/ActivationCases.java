// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Gates;

/** Activation functions. */
final class ActivationCases {
    private static final String PREFIX = "nn.functional.";

    private ActivationCases() {}

    static void addTo(Table table) {
        PointwiseCases.addUnary(table, PREFIX + "relu", Activations::relu);
        PointwiseCases.addUnary(table, PREFIX + "silu", Activations::silu);
        PointwiseCases.addUnary(table, PREFIX + "relu6", Activations::relu6);
        PointwiseCases.addUnary(table, PREFIX + "logsigmoid", Activations::logSigmoid);
        PointwiseCases.addUnary(table, PREFIX + "hardsigmoid", Gates::hardSigmoid);
        PointwiseCases.addUnary(table, PREFIX + "hardswish", Gates::hardSwish);
        PointwiseCases.addUnary(table, PREFIX + "mish", Gates::mish);
        table.add(
                PREFIX + "threshold",
                call -> Gates.threshold(call.tensor(0), call.number(1, "threshold"), call.number(2, "value")));
        table.add(PREFIX + "gelu", call -> {
            String form = call.text(GoldenCall.KEYWORD, "approximate", "none");
            return switch (form) {
                case "none" -> Activations.gelu(call.tensor(0));
                case "tanh" -> Activations.geluTanh(call.tensor(0));
                default -> throw new IllegalArgumentException("Cannot call gelu: there is no function for " + form);
            };
        });
        table.add(PREFIX + "elu", call -> Activations.elu(call.tensor(0), call.number(1, "alpha", 1)));
        table.add(
                PREFIX + "leaky_relu",
                call -> Activations.leakyRelu(call.tensor(0), call.number(1, "negative_slope", 0.01)));
        table.add(
                PREFIX + "hardtanh",
                call -> Activations.hardTanh(
                        call.tensor(0), call.number(1, "min_val", -1), call.number(2, "max_val", 1)));
        table.add(
                PREFIX + "softplus",
                call -> Activations.softplus(
                        call.tensor(0), call.number(1, "beta", 1), call.number(2, "threshold", 20)));
        table.add(PREFIX + "glu", call -> Gates.glu(call.tensor(0), call.integer(1, "dim", -1)));
        table.add(PREFIX + "prelu", call -> Gates.prelu(call.tensor(0), call.tensor(1, "weight")));
    }
}
