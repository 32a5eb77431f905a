// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Samples of attention, recurrence and rotary embeddings. */
final class SequenceSamples {
    private SequenceSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        samples.put("attention", attention());
        samples.put("rotate", rotations());
        samples.put("rnn", recurrence(RecurrentKind.RNN_TANH, RecurrentKind.RNN_RELU));
        samples.put("lstm", recurrence(RecurrentKind.LSTM));
        samples.put("gru", recurrence(RecurrentKind.GRU));
    }

    private static List<Sample> attention() {
        AttentionOptions plain = AttentionOptions.DEFAULT;
        Tensor mask = Tensor.of(new boolean[] {true, false, true, false, false, false}, 2, 3);
        List<Sample> samples = new ArrayList<>();
        samples.add(attention(plain, shape(2, 3), shape(3, 3), shape(3, 2)));
        samples.add(attention(plain.withScale(0.5), shape(2, 2, 3), shape(2, 3, 3), shape(2, 3, 2)));
        samples.add(attention(plain.withCausal(), shape(2, 1, 3, 2), shape(1, 2, 4, 2), shape(4, 3)));
        samples.add(attention(plain.withCausal(), shape(4, 2), shape(2, 2), shape(2, 2)));
        samples.add(attention(plain.withCausal(), shape(70, 1), shape(70, 1), shape(70, 1)));
        samples.add(attention(plain.withMask(mask), shape(2, 2, 3), shape(3, 3), shape(3, 2)));
        samples.add(attention(plain.withGroupedHeads(), shape(1, 4, 2, 3), shape(1, 2, 3, 3), shape(1, 2, 3, 1)));
        samples.add(attention(plain.withGroupedHeads().withMask(mask), shape(4, 2, 3), shape(2, 3, 3), shape(2, 3, 1)));
        samples.add(attention(plain.withDropout(0.4), shape(2, 3, 2), shape(2, 3, 2), shape(2, 3, 2)));
        samples.add(attention(plain, shape(2, 3), shape(0, 3), shape(0, 2)));
        samples.add(Sample.of(
                x -> Attention.scaledDotProduct(x.get(0), x.get(0), x.get(0), plain.withCausal()), shape(3, 2)));
        samples.add(Sample.of(
                x -> Attention.scaledDotProduct(x.get(0), x.get(1), x.get(2), plain.withMask(x.get(3))),
                shape(2, 2, 3),
                shape(3, 3),
                shape(3, 2),
                shape(2, 1, 3)));
        return samples;
    }

    private static Sample attention(AttentionOptions options, Shape... shapes) {
        return Sample.of(
                x -> {
                    Randomness.current().seed(5);
                    return Attention.scaledDotProduct(x.get(0), x.get(1), x.get(2), options);
                },
                shapes);
    }

    private static List<Sample> rotations() {
        List<Sample> samples = new ArrayList<>();
        double[] frequencies = RotaryEmbedding.frequencies(4, 100);
        for (RotaryEmbedding.Pairs pairs : RotaryEmbedding.Pairs.values()) {
            samples.add(Sample.of(
                    x -> RotaryEmbedding.rotate(
                            x.get(0),
                            RotaryEmbedding.angles(frequencies, 5, DType.FLOAT64)
                                    .narrow(2, 3),
                            pairs),
                    shape(2, 3, 4)));
            samples.add(Sample.of(
                    x -> RotaryEmbedding.rotate(
                            x.get(0),
                            RotaryEmbedding.angles(
                                    frequencies, Tensor.of(new long[] {7, 0, 0, 1}, 2, 1, 2), DType.FLOAT64),
                            pairs),
                    shape(2, 3, 2, 5)));
        }
        return samples;
    }

    /** Two inputs to states of width 3, forward and back, with and without biases, and with lengths. */
    private static List<Sample> recurrence(RecurrentKind... kinds) {
        List<Sample> samples = new ArrayList<>();
        for (RecurrentKind kind : kinds) {
            RecurrentOptions both = RecurrentOptions.DEFAULT.withBothDirections();
            samples.add(recurrence(kind, false, RecurrentOptions.DEFAULT));
            samples.add(recurrence(kind, true, both));
            samples.add(recurrence(kind, true, both.withLengths(2, 1)));
            samples.add(recurrence(kind, true, both.withLengths(1, 3).withBatchFirst()));
        }
        return samples;
    }

    private static Sample recurrence(RecurrentKind kind, boolean biased, RecurrentOptions options) {
        int directions = options.bidirectional() ? 2 : 1;
        List<Shape> shapes = new ArrayList<>();
        shapes.add(options.batchFirst() ? shape(2, 3, 2) : shape(3, 2, 2));
        shapes.add(shape(directions, 2, 3));
        shapes.add(shape(directions, 2, 3));
        for (int d = 0; d < directions; d++) {
            shapes.add(shape(3L * kind.gates(), 2));
            shapes.add(shape(3L * kind.gates(), 3));
            if (biased) {
                shapes.add(shape(3L * kind.gates()));
                shapes.add(shape(3L * kind.gates()));
            }
        }
        return Sample.of(
                        x -> {
                            List<Recurrent.Weights> weights = new ArrayList<>();
                            for (int i = 3; i < x.size(); i += biased ? 4 : 2) {
                                weights.add(new Recurrent.Weights(
                                        x.get(i),
                                        x.get(i + 1),
                                        biased ? x.get(i + 2) : null,
                                        biased ? x.get(i + 3) : null));
                            }
                            Tensor cell = kind == RecurrentKind.LSTM ? x.get(2) : null;
                            Recurrent.Result result = Recurrent.run(
                                    kind, x.get(0), new Recurrent.State(x.get(1), cell), weights, options);
                            return Joins.cat(
                                    List.of(
                                            flat(result.output()),
                                            flat(result.last().hidden()),
                                            flat(x.get(2))),
                                    0);
                        },
                        shapes.toArray(Shape[]::new))
                .between(-0.7, 1);
    }

    private static Tensor flat(Tensor x) {
        return Views.reshape(x, x.elements());
    }
}
