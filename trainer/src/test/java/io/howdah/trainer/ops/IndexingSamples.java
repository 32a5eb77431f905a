// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Samples of lookups, gathers and scatters; duplicate indices are among all of them. */
final class IndexingSamples {
    private IndexingSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        addRows(samples);
        addReads(samples);
        addWrites(samples);
        addScatters(samples);
    }

    private static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor matrix(long columns, long... values) {
        return Tensor.of(values, values.length / columns, columns);
    }

    private static void addRows(Map<String, List<Sample>> samples) {
        samples.put(
                "embedding",
                List.of(
                        Sample.of(
                                x -> Lookup.embedding(x.get(0), Tensor.of(new long[] {3, 0, 3, 1}, 2, 2)), shape(4, 3)),
                        Sample.of(x -> Lookup.embedding(x.get(0), Tensor.of(new byte[] {2}, 1)), shape(4, 3)),
                        Sample.of(
                                x -> Lookup.embedding(
                                        Arithmetic.multiply(x.get(0), 2),
                                        Tensor.of(new long[] {3, 0, 3, 1}, 4),
                                        EmbeddingOptions.DEFAULT.withSparseGradient()),
                                shape(4, 3))));
        samples.put(
                "addRows",
                List.of(
                        Sample.of(
                                x -> Lookup.addRows(x.get(0), Tensor.of(new long[] {3, 0, 3}, 3), shape(4, 2)),
                                shape(3, 2)),
                        Sample.of(
                                x -> Dispatcher.call(
                                        Lookup.ADD_ROWS,
                                        new Lookup.Target(shape(4, 2), 3),
                                        x.get(0),
                                        Tensor.of(new long[] {3, 0, 3}, 3)),
                                shape(3, 2))));
    }

    private static void addReads(Map<String, List<Sample>> samples) {
        samples.put(
                "index",
                List.of(
                        Sample.of(x -> Subscript.get(x.get(0), Index.of(2, -1, 2), Index.all()), shape(3, 2)),
                        Sample.of(
                                x -> Subscript.get(x.get(0), Index.of(0, 1, 1), Index.range(0, 2), Index.of(1, 0, 0)),
                                shape(2, 3, 2)),
                        Sample.of(
                                x -> Subscript.get(x.get(0), Index.ellipsis(), Index.of(matrix(2, 1, 0)), Index.of(1)),
                                shape(2, 2, 3)),
                        Sample.of(
                                x -> Subscript.get(
                                        x.get(0),
                                        Index.of(Tensor.of(new boolean[] {true, false, true}, 3)),
                                        Index.at(1)),
                                shape(3, 2))));
        samples.put(
                "indexSum",
                List.of(Sample.of(
                        x -> Dispatcher.call(
                                Indexing.INDEX_SUM,
                                new Indexing.Sum(shape(2, 4), AdvancedIndex.Pick.of(1)),
                                x.get(0),
                                longs(3, 0, 3)),
                        shape(2, 3))));
        samples.put(
                "indexSelect",
                List.of(
                        Sample.of(x -> Indexing.indexSelect(x.get(0), 0, longs(2, 0, 2)), shape(3, 2)),
                        Sample.of(x -> Indexing.indexSelect(x.get(0), 1, longs(2, 0, 2)), shape(2, 3, 2)),
                        Sample.of(x -> Indexing.indexSelect(x.get(0), 0, longs(0)), shape()),
                        Sample.of(x -> Padding.pad(x.get(0), Padding.Mode.CIRCULAR, 1, 2), shape(2, 3)),
                        Sample.of(x -> Repetition.repeatInterleave(x.get(0), longs(2, 0, 3), 1), shape(2, 3))));
        samples.put(
                "take",
                List.of(
                        Sample.of(x -> Indexing.take(x.get(0), matrix(2, 4, -1, 4, 0)), shape(2, 3)),
                        Sample.of(
                                x -> Masks.maskedSelect(x.get(0), Tensor.of(new boolean[] {true, false, true}, 3)),
                                shape(2, 1))));
        samples.put(
                "gather",
                List.of(
                        Sample.of(x -> Scatters.gather(x.get(0), 1, matrix(4, 2, 0, 2, 1)), shape(2, 3)),
                        Sample.of(x -> Scatters.gather(x.get(0), 0, longs(0, 0)), shape()),
                        Sample.of(x -> Scatters.takeAlongDim(x.get(0), matrix(2, 1, 1), 1), shape(2, 3))));
        samples.put("nonzero", List.of(Sample.of(x -> Masks.nonzero(Triangles.tril(x.get(0), 0)), shape(2, 3))));
    }

    private static void addWrites(Map<String, List<Sample>> samples) {
        samples.put(
                "indexPut",
                List.of(
                        Sample.of(
                                x -> Subscript.indexPut(x.get(0), x.get(1), true, Index.of(1, 0, 1), Index.all()),
                                shape(2, 3),
                                shape(3)),
                        Sample.of(
                                x -> Subscript.indexPut(
                                        x.get(0), x.get(1), false, Index.of(1, 0), Index.all(), Index.of(0, 2)),
                                shape(2, 2, 3),
                                shape(2, 1)),
                        Sample.of(
                                x -> Subscript.set(
                                        Copies.clone(x.get(0)), x.get(1), Index.range(1, 3), Index.of(0, -1)),
                                shape(3, 4),
                                shape(2, 2))));
        samples.put(
                "indexAdd",
                List.of(
                        Sample.of(
                                x -> Indexing.indexAdd(x.get(0), 1, longs(2, 0, 2), x.get(1), -2),
                                shape(2, 3),
                                shape(2, 3)),
                        Sample.of(
                                x -> Indexing.indexAddInPlace(Copies.clone(x.get(0)), 0, longs(1), x.get(1), 1),
                                shape(2, 3),
                                shape(1, 3)),
                        Sample.of(x -> Indexing.indexAdd(x.get(0), 0, longs(0), x.get(1), 1), shape(), shape())));
        addWritesOfMasks(samples);
    }

    private static void addWritesOfMasks(Map<String, List<Sample>> samples) {
        samples.put(
                "indexCopy",
                List.of(
                        Sample.of(
                                x -> Indexing.indexCopy(x.get(0), 1, longs(2, 0), x.get(1)), shape(2, 3), shape(2, 2)),
                        Sample.of(
                                x -> Indexing.indexCopyInPlace(Copies.clone(x.get(0)), 0, longs(0), x.get(1)),
                                shape(),
                                shape())));
        samples.put(
                "indexFill",
                List.of(
                        Sample.of(x -> Indexing.indexFill(x.get(0), 1, longs(2, 0, 2), x.get(1)), shape(2, 3), shape()),
                        Sample.of(x -> Indexing.indexFillInPlace(Copies.clone(x.get(0)), 0, longs(-1), 2), shape(3))));
        samples.put(
                "put",
                List.of(
                        Sample.of(x -> Indexing.put(x.get(0), longs(4, -1), x.get(1), false), shape(2, 3), shape(2)),
                        Sample.of(
                                x -> Indexing.putInPlace(
                                        Views.transpose(Copies.clone(x.get(0)), 0, 1), longs(4, 4), x.get(1), true),
                                shape(2, 3),
                                shape(2)),
                        Sample.of(
                                x -> Masks.maskedScatter(
                                        x.get(0), Tensor.of(new boolean[] {true, false, true}, 3), x.get(1)),
                                shape(2, 1),
                                shape(5))));
    }

    private static void addScatters(Map<String, List<Sample>> samples) {
        Tensor index = matrix(2, 2, 0);
        samples.put(
                "scatter",
                List.of(
                        Sample.of(x -> Scatters.scatter(x.get(0), 1, index, x.get(1)), shape(2, 3), shape(2, 2)),
                        Sample.of(x -> Scatters.scatter(x.get(0), 0, matrix(2, 1, 0), 3), shape(2, 3)),
                        Sample.of(
                                x -> Scatters.scatterInPlace(Copies.clone(x.get(0)), 1, index, x.get(1)),
                                shape(2, 3),
                                shape(1, 3))));
        samples.put(
                "scatterAdd",
                List.of(
                        Sample.of(
                                x -> Scatters.scatterAdd(x.get(0), 1, matrix(3, 2, 0, 2), x.get(1)),
                                shape(2, 3),
                                shape(1, 3)),
                        Sample.of(
                                x -> Scatters.scatterAddInPlace(Copies.clone(x.get(0)), 0, index, x.get(1)),
                                shape(3, 2),
                                shape(2, 2))));
        samples.put(
                "scatterMultiply",
                List.of(Sample.of(
                                x -> Scatters.scatterMultiply(x.get(0), 1, matrix(3, 2, 0, 2), x.get(1)),
                                shape(2, 3),
                                shape(1, 3))
                        .between(0.5, 2)));
    }
}
