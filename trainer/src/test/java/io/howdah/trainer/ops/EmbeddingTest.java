// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.autograd.SparseRows;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private static final EmbeddingOptions SPARSE = EmbeddingOptions.DEFAULT.withSparseGradient();

    private static Tensor table() {
        return Autograd.parameter(Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2));
    }

    private static Tensor ids(long... ids) {
        return Tensor.of(ids, ids.length);
    }

    private static void backward(Tensor result, float... seed) {
        Tensor weights = Tensor.of(seed, seed.length / 2, 2);
        Autograd.backward(Reductions.sum(Arithmetic.multiply(result, weights)));
    }

    @Test
    void sparseGradientsHaveOneRowPerIdAndAccumulateByJoining() {
        Tensor table = table();
        backward(Lookup.embedding(table, ids(2, 0, 2), SPARSE), 1, 2, 3, 4, 5, 6);
        backward(Lookup.embedding(table, ids(0), SPARSE), 7, 8);
        assertThat(table.grad()).isNull();
        SparseRows rows = Gradients.sparse(table);
        assertThat(rows.rows().toLongs()).containsExactly(2, 0, 2, 0);
        assertThat(rows.values().toFloats()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(rows.coalesced().rows().toLongs()).containsExactly(0, 2);
        assertThat(rows.coalesced().values().toFloats()).containsExactly(10, 12, 6, 8);
    }

    @Test
    void sparseAndDenseGradientsAddUpToDenseOnes() {
        Tensor table = table();
        backward(Lookup.embedding(table, ids(1), SPARSE), 1, 2);
        backward(Lookup.embedding(table, ids(1, 3)), 1, 1, 1, 1);
        assertThat(table.grad().toFloats()).containsExactly(0, 0, 2, 3, 0, 0, 1, 1);
        Gradients.clear(table);
        Tensor both = Arithmetic.add(Lookup.embedding(table, ids(1), SPARSE), Slices.narrow(table, 0, 3, 1));
        backward(both, 1, 2);
        assertThat(table.grad().toFloats()).containsExactly(0, 0, 1, 2, 0, 0, 1, 2);
    }

    @Test
    void coalescingSums16BitRowsInFloat32() {
        Tensor table = Autograd.parameter(Casts.to(Tensor.of(new float[] {1}, 1, 1), DType.BFLOAT16));
        long[] many = new long[1000];
        Autograd.backward(Reductions.sum(Lookup.embedding(table, ids(many), SPARSE)));
        assertThat(Gradients.sparse(table).coalesced().values().toFloats()).containsExactly(1000);
        Gradients.clear(table);
        Autograd.backward(Reductions.sum(Lookup.embedding(table, ids(many))));
        assertThat(table.grad().toFloats()).containsExactly(1000);
    }

    @Test
    void thePaddingRowGetsNoGradient() {
        Tensor table = table();
        Tensor result = Lookup.embedding(table, ids(3, 1), EmbeddingOptions.DEFAULT.withPadding(-1));
        assertThat(result.toFloats()).containsExactly(7, 8, 3, 4);
        backward(result, Float.NaN, 2, 3, 4);
        assertThat(table.grad().toFloats()).containsExactly(0, 0, 3, 4, 0, 0, 0, 0);
        Gradients.clear(table);
        backward(Lookup.embedding(table, ids(3, 1), SPARSE.withPadding(3)), 1, 2, 3, 4);
        assertThat(Gradients.sparse(table).rows().toLongs()).containsExactly(1);
        assertThat(Gradients.sparse(table).values().toFloats()).containsExactly(3, 4);
    }

    @Test
    void rowsAboveTheMaximalNormAreScaledInTheTable() {
        Tensor table = table();
        int version = table.version();
        Tensor result = Lookup.embedding(table, ids(1, 0, 1), EmbeddingOptions.DEFAULT.withMaxNorm(2.5, 2));
        assertThat(result.toFloats()[0]).isCloseTo(1.5f, offset(1e-5f));
        assertThat(table.toFloats()[3]).isCloseTo(2, offset(1e-5f));
        assertThat(table.toFloats()[0]).isEqualTo(1);
        assertThat(table.toFloats()[4]).isEqualTo(5);
        assertThat(table.version()).isEqualTo(version + 1);
    }

    @Test
    void refusesOptionsThatDoNotFit() {
        Tensor table = table();
        assertThatThrownBy(() -> SPARSE.withScalingByFrequency())
                .hasMessageContaining("sparse=true scaledByFrequency=true");
        assertThatThrownBy(() -> Lookup.embedding(table, ids(0), EmbeddingOptions.DEFAULT.withPadding(4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("padding=4");
        assertThatThrownBy(() -> Lookup.embedding(table, ids(4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("index=4");
        assertThatThrownBy(() -> EmbeddingOptions.DEFAULT.withMaxNorm(-1, 2)).hasMessageContaining("maxNorm=-1.0");
    }

    @Test
    void bagsWithoutRowsAreZero() {
        Tensor table = table();
        for (EmbeddingBags.Mode mode : EmbeddingBags.Mode.values()) {
            Bags bags = Bags.of(ids(1, 1, 3), ids(0, 0, 2, 3));
            Tensor result = EmbeddingBags.embeddingBag(table, bags, mode, EmbeddingOptions.DEFAULT.withPadding(3));
            float factor = mode == EmbeddingBags.Mode.SUM ? 2 : 1;
            assertThat(result.toFloats()).containsExactly(0, 0, 3 * factor, 4 * factor, 0, 0, 0, 0);
            Bags empty = Bags.of(ids(), ids(0, 0));
            assertThat(EmbeddingBags.embeddingBag(table, empty, mode, EmbeddingOptions.DEFAULT)
                            .toFloats())
                    .containsExactly(0, 0, 0, 0);
        }
    }

    @Test
    void bagsGiveSparseGradientsToo() {
        Tensor table = table();
        Bags bags = Bags.of(ids(1, 2, 1), ids(0, 2)).withWeights(Tensor.of(new float[] {1, 2, 3}, 3));
        backward(EmbeddingBags.embeddingBag(table, bags, EmbeddingBags.Mode.SUM, SPARSE), 1, 1, 10, 10);
        assertThat(Gradients.sparse(table).rows().toLongs()).containsExactly(1, 2, 1);
        assertThat(Gradients.sparse(table).values().toFloats()).containsExactly(1, 1, 2, 2, 30, 30);
    }

    @Test
    void refusesBagsThatDoNotFit() {
        Tensor table = table();
        Tensor ids = ids(0, 1, 2);
        assertThatThrownBy(() -> Bags.of(ids)).hasMessageContaining("expected ids [B, K] alone");
        assertThatThrownBy(() -> bag(table, Bags.of(ids, ids(1, 2)), EmbeddingBags.Mode.SUM, EmbeddingOptions.DEFAULT))
                .hasMessageContaining("offset 0=1");
        assertThatThrownBy(
                        () -> bag(table, Bags.of(ids, ids(0, 2, 1)), EmbeddingBags.Mode.SUM, EmbeddingOptions.DEFAULT))
                .hasMessageContaining("offset 2=1");
        assertThatThrownBy(() -> bag(table, Bags.of(ids, ids(0)), EmbeddingBags.Mode.MAX, SPARSE))
                .hasMessageContaining("mode=MAX");
        Bags weighted = Bags.of(ids, ids(0)).withWeights(Tensor.of(new float[3], 3));
        assertThatThrownBy(() -> bag(table, weighted, EmbeddingBags.Mode.MEAN, EmbeddingOptions.DEFAULT))
                .hasMessageContaining("expected mode SUM");
        assertThatThrownBy(() -> Bags.of(ids, ids(0)).withWeights(Tensor.of(new float[2], 2)))
                .hasMessageContaining("weights=[2]");
    }

    private static Tensor bag(Tensor table, Bags bags, EmbeddingBags.Mode mode, EmbeddingOptions options) {
        return EmbeddingBags.embeddingBag(table, bags, mode, options);
    }
}
