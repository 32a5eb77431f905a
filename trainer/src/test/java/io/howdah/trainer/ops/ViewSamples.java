// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Samples of views, of ops that only move elements, and of random numbers. */
final class ViewSamples {
    private ViewSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        addViews(samples);
        addSlices(samples);
        addStrided(samples);
        addMoves(samples);
        addRandom(samples);
    }

    private static void addViews(Map<String, List<Sample>> samples) {
        samples.put(
                "view",
                List.of(
                        Sample.of(x -> Views.reshape(x.get(0), 4, -1), shape(2, 6)),
                        Sample.of(x -> Views.reshape(x.get(0)), shape(1, 1)),
                        Sample.of(x -> Views.flatten(x.get(0), 1, 2), shape(2, 3, 2, 2)),
                        Sample.of(x -> Views.squeeze(Views.unsqueeze(x.get(0), 1), 1, 2), shape(3, 1)),
                        Sample.of(x -> Views.unflatten(x.get(0), -1, 2, -1), shape(2, 6))));
        samples.put(
                "permute",
                List.of(
                        Sample.of(x -> Views.transpose(x.get(0), 0, -1), shape(2, 3, 4)),
                        Sample.of(x -> Views.permute(x.get(0), 2, 0, 1), shape(2, 3, 4)),
                        Sample.of(x -> Views.movedim(x.get(0), 0, 2), shape(2, 3, 4)),
                        // The gradient that arrives is a transposed view.
                        Sample.of(x -> Views.reshape(Views.transpose(x.get(0), 0, 1), 12), shape(3, 4))));
        samples.put(
                "expand",
                List.of(
                        Sample.of(x -> Views.expand(x.get(0), 2, 3, 4), shape(3, 1)),
                        Sample.of(x -> Views.expand(x.get(0), 2), shape())));
    }

    private static void addSlices(Map<String, List<Sample>> samples) {
        samples.put(
                "slice",
                List.of(
                        Sample.of(x -> Slices.narrow(x.get(0), 1, 1, 2), shape(3, 4)),
                        Sample.of(x -> Slices.narrow(x.get(0), 0, 2, 0), shape(3, 4)),
                        Sample.of(x -> Slices.slice(x.get(0), 1, 1, Slices.END, 2), shape(2, 6))));
        samples.put("select", List.of(Sample.of(x -> Slices.select(x.get(0), 1, -1), shape(3, 4))));
        samples.put(
                "diagonal",
                List.of(
                        Sample.of(x -> Slices.diagonal(x.get(0)), shape(3, 4)),
                        Sample.of(x -> Slices.diagonal(x.get(0), -1, 2, 0), shape(3, 2, 4)),
                        Sample.of(x -> Slices.diagonal(x.get(0), 5, 0, 1), shape(3, 4))));
        samples.put(
                "unfold",
                List.of(
                        Sample.of(x -> Slices.unfold(x.get(0), 0, 3, 2), shape(7)),
                        Sample.of(x -> Slices.unfold(x.get(0), 0, 2, 2), shape(4, 2))));
        samples.put(
                "split",
                List.of(
                        Sample.of(x -> Splits.split(x.get(0), 2, 1).get(2), shape(2, 5)),
                        Sample.of(x -> Joins.cat(Splits.chunk(x.get(0), 2, 0), 1), shape(4, 3))));
        samples.put(
                "unbind",
                List.of(
                        Sample.of(x -> Splits.unbind(x.get(0), 1).get(2), shape(2, 3)),
                        Sample.of(x -> Joins.stack(Splits.unbind(x.get(0), 0), 1), shape(2, 3))));
    }

    private static void addStrided(Map<String, List<Sample>> samples) {
        Layout windows = new Layout(shape(3, 3), new long[] {2, 1}, 0);
        samples.put(
                "asStrided",
                List.of(
                        Sample.of(
                                x -> StridedViews.asStrided(x.get(0), shape(2, 2), new long[] {4, 2}, 1), shape(3, 4)),
                        Sample.of(
                                x -> StridedViews.asStrided(
                                        Copies.clone(x.get(0)), windows.shape(), windows.strides(), 0),
                                shape(7)),
                        Sample.of(
                                x -> StridedViews.asStrided(
                                        Views.expand(x.get(0), 2, 3),
                                        shape(3),
                                        new long[] {x.get(0).stride(0)},
                                        0),
                                shape(3))));
        samples.put(
                "stridedSum",
                List.of(
                        Sample.of(x -> StridedViews.spread(x.get(0), shape(7), windows), shape(3, 3)),
                        Sample.of(
                                x -> StridedViews.spread(x.get(0), shape(7), new Layout(shape(3), new long[] {2}, 1)),
                                shape(3))));
        samples.put(
                "asStridedScatter",
                List.of(Sample.of(
                        x -> StridedViews.asStridedScatter(x.get(0), x.get(1), new long[] {4, 2}, 1),
                        shape(3, 4),
                        shape(3, 2))));
    }

    private static void addMoves(Map<String, List<Sample>> samples) {
        samples.put(
                "cat",
                List.of(
                        Sample.of(x -> Joins.cat(x, 1), shape(2, 3), shape(2, 1), shape(2, 2)),
                        Sample.of(x -> Joins.cat(x, 0), shape(3), shape(0)),
                        Sample.of(x -> Joins.vstack(x), shape(3), shape(2, 3))));
        samples.put(
                "pad",
                List.of(
                        Sample.of(x -> Padding.pad(x.get(0), 2.5, 1, 2, 0, 1), shape(2, 3)),
                        Sample.of(x -> Padding.pad(x.get(0), 1, -1, 1, 2, -2), shape(3, 3)),
                        Sample.of(x -> Padding.pad(x.get(0), Padding.Mode.REFLECT, 2, 1), shape(2, 3))));
        samples.put(
                "roll",
                List.of(
                        Sample.of(x -> Repetition.roll(x.get(0), new long[] {1, -5}, 0, 2), shape(2, 2, 3)),
                        Sample.of(x -> Repetition.roll(x.get(0), 2), shape(2, 3))));
        samples.put(
                "flip",
                List.of(
                        Sample.of(x -> Repetition.flip(x.get(0), 0), shape(3, 2)),
                        Sample.of(x -> Repetition.flip(x.get(0), 0, -1), shape(3, 2)),
                        Sample.of(x -> Repetition.flip(x.get(0)), shape(3, 2))));
        samples.put(
                "tril",
                List.of(
                        Sample.of(x -> Triangles.tril(x.get(0), 0), shape(3, 4)),
                        Sample.of(x -> Triangles.trilInPlace(Copies.clone(x.get(0)), -1), shape(2, 3, 2))));
        samples.put("triu", List.of(Sample.of(x -> Triangles.triu(x.get(0), 1), shape(2, 3, 4))));
    }

    /** Starting from one seed, so that every call draws the same numbers. */
    private static void addRandom(Map<String, List<Sample>> samples) {
        samples.put(
                "uniform", List.of(Sample.of(x -> RandomNumbers.uniformInPlace(seeded(x.get(0)), -1, 1), shape(2, 3))));
        samples.put(
                "normal", List.of(Sample.of(x -> RandomNumbers.normalInPlace(seeded(x.get(0)), 1, 0.5), shape(2, 3))));
        samples.put(
                "randint", List.of(Sample.of(x -> RandomNumbers.randintInPlace(seeded(x.get(0)), -3, 4), shape(2, 3))));
        samples.put(
                "bernoulli",
                List.of(Sample.of(x -> RandomNumbers.bernoulliInPlace(seeded(x.get(0)), 0.5), shape(2, 3))));
    }

    private static Tensor seeded(Tensor x) {
        Randomness.current().seed(5);
        return Copies.clone(x);
    }
}
