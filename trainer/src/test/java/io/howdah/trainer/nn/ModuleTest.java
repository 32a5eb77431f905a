// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
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

    /** A shared weight, a frozen layer, buffers of both kinds. */
    private static final class Tied extends Module {
        private final Embedding table;
        private final Linear head;
        private final Tensor derived;

        Tied(long seed) {
            Philox random = new Philox(seed, 0);
            this.table = child("table", new Embedding(5, 3, random));
            child("norm", new BatchNorm1d(3));
            this.head = child("head", Linear.sharing(table.weight()));
            this.derived = derivedBuffer("derived", Tensor.zeros(DType.FLOAT32, Shape.of(2)));
        }

        void contain(Module module) {
            child("contained", module);
        }
    }

    @Test
    void aSharedParameterIsOneParameterUnderSeveralNamesOfTheState() {
        Tied tied = new Tied(1);
        assertThat(tied.parameters().keySet()).containsExactly("table.weight", "norm.weight", "norm.bias");
        assertThat(tied.stateDict().keySet())
                .containsExactly(
                        "table.weight",
                        "norm.weight",
                        "norm.bias",
                        "norm.running_mean",
                        "norm.running_var",
                        "norm.num_batches_tracked",
                        "head.weight");
        assertThat(tied.buffers().keySet())
                .containsExactly("norm.running_mean", "norm.running_var", "norm.num_batches_tracked");
        assertThat(tied.parameter("head.weight")).isSameAs(tied.parameter("table.weight"));
        try (StepScope scope = StepScope.open()) {
            Tensor ids = Tensor.of(new long[] {0, 1}, 2);
            Autograd.backward(Reductions.sum(tied.head.forward(tied.table.forward(ids))));
        }
        double[] gradient = tied.table.weight().grad().toDoubles();
        // Row 4 was not looked up: its gradient is the head's alone, the sum of the vectors looked up.
        double[] table = tied.table.weight().toDoubles();
        assertThat(gradient[4 * 3]).isCloseTo(table[0] + table[3], within(1e-6));
        tied.close();
        assertThat(tied.table.weight().isReleased()).isTrue();
        assertThat(tied.derived.isReleased()).isTrue();
    }

    @Test
    void lenientLoadingTellsWhatDidNotMatch() {
        Tied target = new Tied(1);
        Map<String, Tensor> state = new HashMap<>(new Tied(2).stateDict());
        Tensor weight = state.get("table.weight");
        state.remove("norm.bias");
        state.put("other", Tensor.zeros(DType.FLOAT32, Shape.of(1)));
        StateMismatch mismatch = target.loadStateDict(state, Strictness.LENIENT);
        assertThat(mismatch.missing()).containsExactly("norm.bias");
        assertThat(mismatch.unexpected()).containsExactly("other");
        assertThat(target.parameter("table.weight").toFloats()).containsExactly(weight.toFloats());

        state.put("norm.weight", Tensor.zeros(DType.FLOAT32, Shape.of(9)));
        assertThatThrownBy(() -> target.loadStateDict(state, Strictness.LENIENT))
                .hasMessageContaining("shape differs: norm.weight is [9], expected [3]")
                .hasMessageContaining("missing: norm.bias [3]")
                .hasMessageContaining("unexpected: other [1]");
        assertThat(target.loadStateDict(new Tied(3).stateDict(), Strictness.STRICT)
                        .isEmpty())
                .isTrue();
    }

    @Test
    void frozenParametersStayInTheStateWithoutGradients() {
        Tied tied = new Tied(1);
        Module norm = tied.children().get("norm");
        Gradients.set(tied.parameter("norm.bias"), Tensor.zeros(DType.FLOAT32, Shape.of(3)));
        norm.freeze();
        assertThat(tied.parameters()).containsKey("norm.weight");
        assertThat(tied.stateDict()).containsKey("norm.weight");
        assertThat(tied.trainableParameters().keySet()).containsExactly("table.weight");
        assertThat(tied.parameter("norm.bias").grad()).isNull();
        norm.unfreeze();
        assertThat(tied.trainableParameters()).hasSize(3);
        tied.close();
    }

    @Test
    void unknownParametersListTheKnownOnes() {
        assertThatThrownBy(() -> new Tied(1).parameter("weight"))
                .hasMessageContaining("name=weight")
                .hasMessageContaining("table.weight, norm.weight, norm.bias, head.weight");
    }

    @Test
    void refusesToContainItself() {
        Tied outer = new Tied(1);
        Tied inner = new Tied(2);
        outer.contain(inner);
        assertThatThrownBy(() -> inner.contain(outer)).hasMessageContaining("does not contain this one");
        assertThatThrownBy(() -> new Tied(1).derivedBuffer("norm", Tensor.zeros(DType.FLOAT32, Shape.of(1))))
                .hasMessageContaining("name=norm");
    }

    @Test
    void errorsNameTheInnermostLayerOnce() {
        Philox random = new Philox(1, 0);
        Sequential blocks = new Sequential(
                new Sequential(new Linear(4, 3, random), Activation.relu()), new Sequential(new Linear(5, 2, random)));
        try (StepScope scope = StepScope.open()) {
            Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(2, 4));
            assertThatThrownBy(() -> blocks.forward(x))
                    .isInstanceOfSatisfying(
                            LayerException.class, e -> assertThat(e.path()).isEqualTo("1.0"))
                    .hasMessageStartingWith("Cannot run 1.0 (Linear): input=Tensor(float32, [2, 3]), expected […, 5];")
                    .hasMessageContaining("[2, 5]")
                    .hasMessageNotContaining("Sequential");
        }
        blocks.close();
    }

    @Test
    void batchNormalisationRefusesOneValuePerChannelInTrainingAlone() {
        BatchNorm1d norm = new BatchNorm1d(3);
        try (StepScope scope = StepScope.open()) {
            Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(1, 3));
            assertThatThrownBy(() -> norm.forward(x)).hasMessageContaining("more than 1 value per channel");
            assertThat(norm.buffers().get("num_batches_tracked").toLongs()).containsExactly(0);
            norm.evaluate();
            assertThat(norm.forward(x).shape()).isEqualTo(x.shape());
        }
        norm.close();
    }

    @Test
    void summaryTellsShapesAndCountsAndChangesNothing() {
        Philox random = new Philox(1, 0);
        Linear first = new Linear(4, 3, random);
        Sequential model = new Sequential(first, new BatchNorm1d(3), new Sequential(new Linear(3, 2, random)));
        first.freeze();
        try (StepScope scope = StepScope.open()) {
            Summary summary = model.summary(Tensor.zeros(DType.FLOAT32, Shape.of(7, 4)));
            assertThat(summary.rows())
                    .containsExactly(
                            new Summary.Row("", "Sequential", List.of(Shape.of(7, 2)), 0, 29, 14),
                            new Summary.Row("0", "Linear", List.of(Shape.of(7, 3)), 15, 15, 0),
                            new Summary.Row("1", "BatchNorm1d", List.of(Shape.of(7, 3)), 6, 6, 6),
                            new Summary.Row("2", "Sequential", List.of(Shape.of(7, 2)), 0, 8, 8),
                            new Summary.Row("2.0", "Linear", List.of(Shape.of(7, 2)), 8, 8, 8));
            assertThat(summary.total()).isEqualTo(29);
            assertThat(summary.trainable()).isEqualTo(14);
            assertThat(summary.toString())
                    .contains("2.0 (Linear)", "[7, 2]", "parameters: total=29 trainable=14 frozen=15");
        }
        assertThat(model.isTraining()).isTrue();
        assertThat(model.buffers().get("1.num_batches_tracked").toLongs()).containsExactly(0);
        model.close();
    }

    @Test
    void unknownActivationsListTheKnownOnes() {
        assertThatThrownBy(() -> Activation.named("swish"))
                .hasMessageContaining("name=swish")
                .hasMessageContaining("silu");
    }
}
