// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.PointwiseSamples.several;
import static io.howdah.trainer.ops.PointwiseSamples.unary;

import io.howdah.trainer.tensor.Shape;
import java.util.List;
import java.util.Map;

/** Samples of activation functions. */
final class ActivationSamples {
    private ActivationSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        samples.put("relu", several(unary(Activations::relu, 0.1, 2), unary(Activations::relu, -2, -0.1)));
        samples.put("gelu", unary(Activations::gelu, -2, 2));
        samples.put("geluTanh", unary(Activations::geluTanh, -2, 2));
        samples.put("silu", unary(Activations::silu, -2, 2));
        samples.put(
                "swiGlu",
                List.of(
                        Sample.of(x -> Gates.swiGlu(x.get(0)), Shape.of(2, 3, 8)),
                        Sample.of(x -> Gates.swiGlu(x.get(0)), Shape.of(2)),
                        Sample.of(x -> Gates.swiGlu(Views.transpose(x.get(0), 0, 1)), Shape.of(6, 5))));
        samples.put("logSigmoid", unary(Activations::logSigmoid, -2, 2));
        samples.put(
                "elu",
                several(unary(x -> Activations.elu(x, 0.7), -2, -0.1), unary(x -> Activations.elu(x, 0.7), 0.1, 2)));
        samples.put(
                "leakyRelu",
                several(
                        unary(x -> Activations.leakyRelu(x, 0.3), -2, -0.1),
                        unary(x -> Activations.leakyRelu(x, 0.3), 0.1, 2)));
        samples.put(
                "softplus",
                several(unary(Activations::softplus, -2, 2), unary(x -> Activations.softplus(x, 3, 0.2), 0.1, 2)));
        samples.put("hardTanh", unary(x -> Activations.hardTanh(x, -0.5, 1), -2, 2));
    }
}
