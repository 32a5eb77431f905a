// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import io.howdah.trainer.ops.Indexing;
import io.howdah.trainer.ops.Joins;
import io.howdah.trainer.ops.Padding;
import io.howdah.trainer.ops.Repetition;
import io.howdah.trainer.ops.Scatters;
import io.howdah.trainer.ops.Triangles;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Steps that pick, place and join elements. */
final class IndexingSteps {
    private IndexingSteps() {}

    static void addTo(Steps steps) {
        addPicks(steps);
        addPlaces(steps);
        addJoins(steps);
    }

    private static void addPicks(Steps steps) {
        steps.add("index_select", machine -> {
            Tensor x = machine.ofRank(1);
            int dimension = machine.dimension(x);
            int bound = (int) x.size(dimension) + (machine.chance(0.05) ? 1 : 0);
            return Indexing.indexSelect(x, dimension, machine.indices(bound, 3));
        });
        steps.add("gather", machine -> {
            Tensor x = machine.ofRank(1);
            int dimension = machine.dimension(x);
            Tensor index = machine.indices((int) x.size(dimension), x.shape().sizes());
            return Scatters.gather(x, dimension, index);
        });
    }

    private static void addPlaces(Steps steps) {
        steps.add("index_copy", machine -> {
            Tensor x = machine.ofRank(1);
            Tensor source = machine.like(x);
            int dimension = machine.dimension(x);
            int size = (int) x.size(dimension);
            Tensor index = machine.permutation(size);
            return Indexing.indexCopy(x, dimension, index, source);
        });
        steps.add("index_add", machine -> {
            Tensor x = machine.ofRank(1);
            Tensor source = machine.like(x);
            int dimension = machine.dimension(x);
            int size = (int) x.size(dimension);
            return Indexing.indexAdd(x, dimension, machine.indices(size, size), source, 1);
        });
        steps.add("scatter_add", machine -> {
            Tensor x = machine.ofRank(1);
            Tensor source = machine.like(x);
            int dimension = machine.dimension(x);
            Tensor index = machine.indices((int) x.size(dimension), x.shape().sizes());
            return Scatters.scatterAdd(x, dimension, index, source);
        });
    }

    private static void addJoins(Steps steps) {
        steps.add("cat", machine -> {
            Tensor first = machine.ofRank(1);
            return Joins.cat(List.of(first, machine.like(first)), machine.dimension(first));
        });
        steps.add("stack", machine -> {
            Tensor first = machine.ofRank(1);
            return Joins.stack(List.of(first, machine.like(first)), machine.dimension(first));
        });
        steps.add("flip", machine -> {
            Tensor x = machine.ofRank(1);
            return Repetition.flip(x, machine.dimension(x));
        });
        steps.add("roll", machine -> {
            Tensor x = machine.ofRank(1);
            long shift = machine.noted(machine.below(5) - 2);
            return Repetition.roll(x, new long[] {shift}, machine.dimension(x));
        });
        steps.add("tril", machine -> Triangles.tril(machine.ofRank(2), machine.noted(machine.below(3) - 1)));
        steps.add("pad", machine -> {
            Tensor x = machine.ofRank(1);
            return Padding.pad(x, machine.noted(machine.real()), machine.noted(new long[] {1, machine.below(3) - 1}));
        });
        steps.add("repeat_interleave", machine -> {
            Tensor x = machine.ofRank(1);
            return Repetition.repeatInterleave(x, machine.noted(2), machine.dimension(x));
        });
    }
}
