// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModuleTest {
    /** Two layers, one of them under a name of its own too. */
    private static final class Pair extends Module {
        private final Linear first;

        Pair(long seed) {
            Philox random = new Philox(seed, 0);
            this.first = child("first", new Linear(3, 2, random));
            child("second", new Embedding(4, 2, random));
        }

        void register(String name) {
            parameter(name, Tensor.zeros(DType.FLOAT32, Shape.of(1)));
        }

        void shareFirst() {
            child("again", first);
        }
    }

    @Test
    void namesParametersInOrderOfRegistration() {
        Pair pair = new Pair(1);
        pair.shareFirst();
        assertThat(pair.parameters().keySet()).containsExactly("first.weight", "first.bias", "second.weight");
        assertThat(pair.parameters().values()).allMatch(Tensor::requiresGrad);
        assertThat(pair.stateDict().values()).noneMatch(Tensor::requiresGrad);
        assertThat(pair.toString()).contains("first: Linear(inputs=3, outputs=2)");
    }

    @Test
    void refusesBadNames() {
        for (String name : new String[] {"", "a.b", "first"}) {
            assertThatThrownBy(() -> new Pair(1).register(name)).hasMessageContaining("name=" + name);
        }
    }

    @Test
    void switchesAllPartsBetweenTrainingAndEvaluation() {
        Pair pair = new Pair(1);
        pair.evaluate();
        assertThat(pair.first.isTraining()).isFalse();
        pair.train();
        assertThat(pair.first.isTraining()).isTrue();
    }

    @Test
    void loadsAStateInPlace() {
        Pair source = new Pair(1);
        Pair target = new Pair(2);
        Tensor weight = target.parameters().get("first.weight");
        target.loadStateDict(source.stateDict());
        assertThat(target.parameters().get("first.weight")).isSameAs(weight);
        assertThat(weight.toFloats())
                .containsExactly(source.parameters().get("first.weight").toFloats());
        assertThat(weight.version()).isEqualTo(1);
    }

    @Test
    void tellsAllMismatchesAtOnceAndCopiesNothing() {
        Pair target = new Pair(2);
        Map<String, Tensor> state = new HashMap<>(new Pair(1).stateDict());
        float[] before = target.parameters().get("second.weight").toFloats();
        state.remove("first.bias");
        state.put("first.weight", Tensor.zeros(DType.FLOAT32, Shape.of(9)));
        state.put("other", Tensor.zeros(DType.FLOAT32, Shape.of(1)));
        assertThatThrownBy(() -> target.loadStateDict(state))
                .hasMessageContaining("missing: first.bias [2]")
                .hasMessageContaining("shape differs: first.weight is [9], expected [2, 3]")
                .hasMessageContaining("unexpected: other [1]");
        assertThat(target.parameters().get("second.weight").toFloats()).containsExactly(before);
    }

    @Test
    void equalSeedsGiveEqualWeightsInPyTorchsRanges() {
        Linear linear = new Linear(100, 50, new Philox(3, 0));
        float[] weights = linear.parameters().get("weight").toFloats();
        assertThat(weights)
                .containsExactly(new Linear(100, 50, new Philox(3, 0))
                        .parameters()
                        .get("weight")
                        .toFloats());
        double largest = 0;
        double sum = 0;
        for (float weight : weights) {
            largest = Math.max(largest, Math.abs(weight));
            sum += weight * (double) weight;
        }
        assertThat(largest).isBetween(0.099, 0.1);
        assertThat(sum / weights.length).isBetween(0.9 * 0.01 / 3, 1.1 * 0.01 / 3);
        double squares = 0;
        float[] vectors = new Embedding(100, 50, new Philox(3, 0))
                .parameters()
                .get("weight")
                .toFloats();
        for (float value : vectors) {
            squares += value * (double) value;
        }
        assertThat(squares / vectors.length).isBetween(0.93, 1.07);
    }
}
