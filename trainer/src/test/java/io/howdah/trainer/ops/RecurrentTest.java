// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecurrentTest {
    private final Philox random = new Philox(8, 0);

    private Tensor tensor(long... sizes) {
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes));
        Elements.forEach(tensor, address -> Elements.put(DType.FLOAT32, address, random.nextGaussian() / 2));
        return tensor;
    }

    private List<Recurrent.Weights> weights(RecurrentKind kind, int inputs, int width, int count) {
        List<Recurrent.Weights> weights = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long rows = (long) kind.gates() * width;
            weights.add(new Recurrent.Weights(
                    tensor(rows, i == 0 ? inputs : width), tensor(rows, width), tensor(rows), tensor(rows)));
        }
        return weights;
    }

    @Test
    void whatFollowsTheEndOfASequenceDoesNotMatter() {
        for (RecurrentKind kind : RecurrentKind.values()) {
            List<Recurrent.Weights> weights = weights(kind, 2, 3, 1);
            RecurrentOptions options = RecurrentOptions.DEFAULT.withLengths(1, 3);
            Tensor x = tensor(3, 2, 2);
            Tensor other = Copies.clone(x);
            Copies.fillInPlace(Slices.narrow(Slices.narrow(other, 0, 1, 2), 1, 0, 1), 5);
            Recurrent.Result first = Recurrent.run(kind, Autograd.parameter(x), null, weights, options);
            Recurrent.Result second = Recurrent.run(kind, Autograd.parameter(other), null, weights, options);
            assertThat(second.output().toFloats())
                    .containsExactly(first.output().toFloats());
            assertThat(second.last().hidden().toFloats())
                    .containsExactly(first.last().hidden().toFloats());
            assertThat(Arrays.copyOfRange(first.output().toFloats(), 6, 9)).containsExactly(0, 0, 0);
            Autograd.backward(Reductions.sum(first.output()));
            Autograd.backward(Reductions.sum(second.output()));
            assertThat(other.grad().toFloats()).containsExactly(x.grad().toFloats());
        }
    }

    @Test
    void stepsAreARun() {
        for (RecurrentKind kind : RecurrentKind.values()) {
            Recurrent.Weights weights = weights(kind, 2, 3, 1).get(0);
            Tensor x = tensor(4, 2, 2);
            Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(2, 3));
            Recurrent.State state = new Recurrent.State(zeros, kind == RecurrentKind.LSTM ? zeros : null);
            for (int t = 0; t < 4; t++) {
                Tensor step = Views.reshape(Slices.narrow(x, 0, t, 1), 2, 2);
                state = Recurrent.step(kind, step, state, weights);
            }
            Recurrent.Result run = Recurrent.run(kind, x, null, List.of(weights), RecurrentOptions.DEFAULT);
            float[] expected = run.last().hidden().toFloats();
            float[] actual = state.hidden().toFloats();
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], offset(1e-5f));
            }
        }
    }

    @Test
    void dropoutIsBetweenLayersInTraining() {
        RecurrentKind kind = RecurrentKind.GRU;
        Tensor x = tensor(3, 2, 2);
        List<Recurrent.Weights> weights = weights(kind, 2, 3, 2);
        float[] plain = Recurrent.run(kind, x, null, weights, RecurrentOptions.DEFAULT)
                .output()
                .toFloats();
        RecurrentOptions evaluation = RecurrentOptions.DEFAULT.withDropout(0.9, false);
        RecurrentOptions training = RecurrentOptions.DEFAULT.withDropout(0.9, true);
        assertThat(Recurrent.run(kind, x, null, weights, evaluation).output().toFloats())
                .containsExactly(plain);
        assertThat(Recurrent.run(kind, x, null, weights, training).output().toFloats())
                .isNotEqualTo(plain);
        List<Recurrent.Weights> one = weights.subList(0, 1);
        assertThat(Recurrent.run(kind, x, null, one, training).output().toFloats())
                .containsExactly(
                        Recurrent.run(kind, x, null, one, evaluation).output().toFloats());
    }

    @Test
    void refusesInputsThatDoNotFit() {
        RecurrentKind kind = RecurrentKind.LSTM;
        List<Recurrent.Weights> weights = weights(kind, 2, 3, 1);
        RecurrentOptions options = RecurrentOptions.DEFAULT;
        Tensor x = tensor(4, 2, 2);
        Tensor state = Tensor.zeros(DType.FLOAT32, Shape.of(1, 2, 3));
        assertThatThrownBy(() -> Recurrent.run(kind, tensor(4, 2, 5), null, weights, options))
                .hasMessageContaining("correct the weights or the input's width");
        assertThatThrownBy(() -> Recurrent.run(kind, tensor(0, 2, 2), null, weights, options))
                .hasMessageContaining("with T above 0");
        assertThatThrownBy(() -> Recurrent.run(kind, x, null, weights, options.withBothDirections()))
                .hasMessageContaining("weights=1, expected 2 per layer");
        assertThatThrownBy(() -> Recurrent.run(kind, x, null, weights, options.withLengths(4, 5)))
                .hasMessageContaining("lengths=[4, 5]");
        assertThatThrownBy(() -> Recurrent.run(kind, x, new Recurrent.State(state, null), weights, options))
                .hasMessageContaining("cell=null");
        Tensor narrow = Tensor.zeros(DType.FLOAT32, Shape.of(1, 2, 2));
        assertThatThrownBy(() -> Recurrent.run(kind, x, new Recurrent.State(state, narrow), weights, options))
                .hasMessageContaining("state=[1, 2, 2]");
        assertThatThrownBy(() -> new Recurrent.Weights(x, x, x, null)).hasMessageContaining("both or none");
        assertThatThrownBy(() -> Recurrent.step(kind, x, new Recurrent.State(state, state), weights.get(0)))
                .hasMessageContaining("expected [N, I] or [I]");
    }
}
