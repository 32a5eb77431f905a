// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters that a {@link LocalOptimiser} updates alike.
 *
 * @param rule formula of the update
 * @param parameters leaves by name, contiguous; float32, bfloat16 or float16
 * @param learningRate rate over the steps of the optimiser
 * @param weightDecay decay, at least 0
 */
public record ParameterGroup(
        UpdateRule rule, Map<String, Tensor> parameters, LearningRate learningRate, double weightDecay) {
    public ParameterGroup {
        HyperParameters.atLeast(0.0, "parameter group", "weightDecay", weightDecay);
        if (parameters.isEmpty()) {
            throw HyperParameters.refusal("parameter group", "parameters", "[]", "at least one parameter");
        }
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
}
