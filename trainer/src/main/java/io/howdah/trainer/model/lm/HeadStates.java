// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters of heads among those of their network. */
final class HeadStates {
    private HeadStates() {}

    /** The table with another learning rate for heads. */
    static ParameterTable rated(ParameterTable table, double factor) {
        return new ParameterTable(
                table.specs().stream()
                        .map(spec -> spec.name().startsWith(HeadSettings.PREFIX)
                                ? new ParameterSpec(
                                        spec.name(),
                                        spec.shape(),
                                        spec.learningRateFactor() * factor,
                                        spec.weightDecayFactor())
                                : spec)
                        .toList(),
                table.tables());
    }

    /**
     * Loads a state into a network whatever heads either has: heads that the state lacks begin anew, heads that the network
     * lacks are passed over. All else has to match.
     */
    static void load(LanguageNetwork network, Map<String, Tensor> state) {
        boolean has = network.heads().isPresent();
        boolean comes = state.keySet().stream().anyMatch(HeadStates::isOfHeads);
        if (has == comes) {
            network.loadStateDict(state);
        } else if (has) {
            Map<String, Tensor> whole = new LinkedHashMap<>(network.stateDict());
            whole.keySet().removeIf(name -> !isOfHeads(name));
            whole.putAll(state);
            network.loadStateDict(whole);
            network.heads().orElseThrow().copyFromTrunk();
        } else {
            Map<String, Tensor> trunk = new LinkedHashMap<>(state);
            trunk.keySet().removeIf(HeadStates::isOfHeads);
            network.loadStateDict(trunk);
        }
    }

    private static boolean isOfHeads(String name) {
        return name.startsWith(HeadSettings.PREFIX);
    }
}
