// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import java.util.List;
import java.util.stream.Stream;

/** All ops, one entry each. */
public final class OpRegistry {
    private static final List<Op<?>> ALL = Stream.of(
                    Arithmetic.ALL,
                    Division.ALL,
                    Powers.ALL,
                    Functions.ALL,
                    Rounding.ALL,
                    Bounds.ALL,
                    Comparisons.ALL,
                    Logic.ALL,
                    Selection.ALL,
                    Matrices.ALL,
                    MatrixSums.ALL,
                    SingularValues.ALL,
                    Views.ALL,
                    Reductions.ALL,
                    Moments.ALL,
                    Extremes.ALL,
                    Products.ALL,
                    Scans.ALL,
                    Norms.ALL,
                    Sorting.ALL,
                    Lookup.ALL,
                    Activations.ALL,
                    Gates.ALL,
                    Copies.ALL,
                    Slices.ALL,
                    Splits.ALL,
                    Joins.ALL,
                    Padding.ALL,
                    Repetition.ALL,
                    Triangles.ALL,
                    RandomNumbers.ALL,
                    Indexing.ALL,
                    Scatters.ALL,
                    Masks.ALL,
                    StridedViews.ALL,
                    Losses.ALL,
                    ProbabilityLosses.ALL,
                    Casts.ALL,
                    Convolutions.ALL,
                    TransposedConvolutions.ALL,
                    MaxPools.ALL,
                    AveragePools.ALL,
                    AdaptivePools.ALL,
                    BatchNorms.ALL,
                    RowNorms.ALL,
                    Softmaxes.ALL,
                    Dropouts.ALL,
                    Attention.ALL,
                    RotaryEmbedding.ALL,
                    Recurrent.ALL)
            .<Op<?>>flatMap(List::stream)
            .toList();

    private OpRegistry() {}

    public static List<Op<?>> all() {
        return ALL;
    }
}
