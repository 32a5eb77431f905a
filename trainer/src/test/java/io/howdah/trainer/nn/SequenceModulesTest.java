// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.ops.Bags;
import io.howdah.trainer.ops.EmbeddingBags;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.ops.Recurrent;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.RotaryEmbedding;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What modules over sequences do beside the forward pass of a {@link Layer}. */
@ExtendWith(InStepScope.class)
class SequenceModulesTest {

    private static Tensor random(long... sizes) {
        return Initialisation.normal(new Philox(11, 0), sizes);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void statesCarryARunOnWhereItStopped(String name) {
        RecurrentSettings settings = RecurrentSettings.of(3, 4).withLayers(2).withBatchFirst();
        Philox generator = new Philox(2, 0);
        RecurrentNetwork network =
                switch (name) {
                    case "lstm" -> new Lstm(settings, generator);
                    case "gru" -> new Gru(settings, generator);
                    default -> new Rnn(settings, generator);
                };
        Tensor x = random(2, 6, 3);
        Tensor whole = network.forward(x);
        Recurrent.Result first = network.run(Slices.narrow(x, 1, 0, 4), null);
        Recurrent.Result second = network.run(Slices.narrow(x, 1, 4, 2), first.last());
        assertClose(first.output(), Slices.narrow(whole, 1, 0, 4));
        assertClose(second.output(), Slices.narrow(whole, 1, 4, 2));

        Recurrent.Result shorter = network.run(x, null, 6, 4);
        assertClose(Slices.select(shorter.output(), 0, 0), Slices.select(whole, 0, 0));
        assertThat(Slices.narrow(Slices.select(shorter.output(), 0, 1), 0, 4, 2).toDoubles())
                .containsOnly(0);
        assertThatThrownBy(() -> network.run(random(2, 6, 5), null))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("[2, 6, 5]), expected [N, T, 3]");
        network.close();
    }

    @Test
    void attentionTakesMasks() {
        AttentionSettings plain = AttentionSettings.of(8, 2);
        MultiHeadAttention open = new MultiHeadAttention(plain, new Philox(3, 0));
        MultiHeadAttention causal = new MultiHeadAttention(plain.withCausal(), new Philox(3, 0));
        Tensor x = random(2, 3, 8);
        Tensor mask = Tensor.of(new boolean[] {true, false, false, true, true, false, true, true, true}, 3, 3);
        assertClose(open.forward(x, mask), causal.forward(x));
        assertThatThrownBy(() -> causal.forward(x, mask))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("make the mask causal");
        // What comes later changes nothing.
        assertClose(causal.forward(Slices.narrow(x, 1, 0, 2)), Slices.narrow(causal.forward(x), 1, 0, 2));
        open.close();
        causal.close();
    }

    @Test
    void rotaryPositionsAreLimitedAndNotPartOfTheState() {
        AttentionSettings settings = AttentionSettings.of(8, 2)
                .withRotary(new AttentionSettings.Rotary(4, 10000, RotaryEmbedding.Pairs.NEIGHBOURS));
        MultiHeadAttention attention = new MultiHeadAttention(settings, new Philox(3, 0));
        assertThat(attention.stateDict().keySet())
                .containsExactly("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias");
        assertThat(attention.forward(random(1, 4, 8)).shape().sizes()).containsExactly(1, 4, 8);
        assertThatThrownBy(() -> attention.forward(random(1, 5, 8)))
                .hasMessageContaining("[1, 5, 8]")
                .hasMessageContaining("T of at most 4");
        attention.close();
    }

    @Test
    void attentionDropsInTrainingAloneAndRepeatably() {
        MultiHeadAttention attention =
                new MultiHeadAttention(AttentionSettings.of(8, 2).withDropout(0.5), new Philox(3, 0));
        Tensor x = random(2, 6, 8);
        Randomness.current().seed(1);
        double[] first = attention.forward(x).toDoubles();
        Randomness.current().seed(1);
        assertThat(attention.forward(x).toDoubles()).containsExactly(first);
        attention.evaluate();
        double[] whole = attention.forward(x).toDoubles();
        assertThat(whole).isNotEqualTo(first);
        assertThat(attention.forward(x).toDoubles()).containsExactly(whole);
        attention.close();
    }

    @Test
    void bagsMayDifferInSize() {
        EmbeddingBag bag = new EmbeddingBag(5, 2, EmbeddingBags.Mode.SUM, new Philox(4, 0));
        Tensor ids = Tensor.of(new long[] {1, 2, 3}, 3);
        double[] table = bag.parameter("weight").toDoubles();
        double[] sums =
                bag.forward(Bags.of(ids, Tensor.of(new long[] {0, 2, 2}, 3))).toDoubles();
        assertThat(sums)
                .containsExactly(
                        new double[] {table[2] + table[4], table[3] + table[5], 0, 0, table[6], table[7]},
                        within(1e-6));
        assertThatThrownBy(() -> bag.forward(Tensor.of(new long[] {1, 9}, 1, 2)))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("integers in [0, 5)");
        bag.close();
    }

    @Test
    void sparseEmbeddingsHaveSparseGradients() {
        Embedding embedding = new Embedding(5, 2, EmbeddingOptions.DEFAULT.withSparseGradient(), new Philox(4, 0));
        Autograd.backward(Reductions.sum(embedding.forward(Tensor.of(new long[] {3, 3}, 2))));
        assertThat(embedding.weight().grad()).isNull();
        assertThat(Gradients.sparse(embedding.weight())).isNotNull();
        embedding.clearGradients();
        assertThat(Gradients.sparse(embedding.weight())).isNull();
        embedding.close();
    }

    @Test
    void stepsTakeNoMoreMemoryEachTime() {
        TransformerSettings settings = TransformerSettings.rmsNormSwiGlu(
                AttentionSettings.of(16, 4)
                        .withKeyHeads(2)
                        .withCausal()
                        .withRotary(new AttentionSettings.Rotary(8, 10000, RotaryEmbedding.Pairs.HALVES)),
                24);
        Philox generator = new Philox(5, 0);
        Sequential model = new Sequential(
                new Embedding(9, 16, generator),
                new TransformerBlock(settings, generator),
                new TransformerBlock(
                        TransformerSettings.layerNormGelu(AttentionSettings.of(16, 2))
                                .withDropout(0.1),
                        generator),
                new Linear(16, 9, generator));
        long backstopFrees = Garbage.collect();
        List<Long> used = new ArrayList<>();
        for (int step = 0; step < 4; step++) {
            try (StepScope inner = StepScope.open()) {
                Tensor ids = Tensor.of(new long[] {1, 2, 3, 4, 5, 6}, 2, 3);
                Autograd.backward(Reductions.sum(model.forward(ids)));
            }
            model.clearGradients();
            used.add(Garbage.unreleasedBytes());
        }
        assertThat(used).containsOnly(used.get(0));
        model.close();
        assertThat(Garbage.collect()).isEqualTo(backstopFrees);
    }
}
