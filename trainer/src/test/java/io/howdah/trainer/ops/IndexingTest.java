// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndexingTest {
    private static final String MORE_THAN_ONE =
            "more than one element of the written-to tensor refers to a single memory location";

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    private static Tensor counted(long... sizes) {
        long elements = Shape.of(sizes).elements();
        return Views.view(Creation.arange(DType.FLOAT32, 0, elements, 1), sizes);
    }

    private static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    @Test
    void writesInPlaceRefuseTargetsThatOverlap() {
        Tensor one = Tensor.of(new float[] {1}, 1);
        List<Consumer<Tensor>> writes = List.of(
                x -> Indexing.indexFillInPlace(x, 0, longs(0), 1),
                x -> Indexing.indexAddInPlace(x, 0, longs(0), Creation.ones(DType.FLOAT32, 1, x.size(1)), 1),
                x -> Indexing.indexCopyInPlace(x, 0, longs(0), Creation.ones(DType.FLOAT32, 1, x.size(1))),
                x -> Scatters.scatterInPlace(x, 0, Tensor.of(new long[] {0}, 1, 1), 1),
                x -> Scatters.scatterAddInPlace(x, 0, Tensor.of(new long[] {0}, 1, 1), Views.view(one, 1, 1)),
                x -> Indexing.putInPlace(x, longs(0), one, false),
                x -> Subscript.set(x, 1, Index.of(0)),
                x -> Subscript.indexPutInPlace(x, one, true, Index.of(0)),
                x -> Masks.maskedScatterInPlace(x, Creation.ones(DType.BOOL, 1), counted(20)),
                x -> Copies.copyInPlace(x, one),
                x -> Triangles.trilInPlace(x, 0),
                x -> RandomNumbers.uniformInPlace(x, 0, 1));
        for (Consumer<Tensor> write : writes) {
            for (Tensor target : List.of(Views.expand(counted(3), 2, 3), Slices.unfold(counted(5), 0, 3, 1))) {
                float[] before = target.toFloats();
                assertThatThrownBy(() -> write.accept(target))
                        .hasMessageContaining("unsupported operation: " + MORE_THAN_ONE)
                        .hasMessageContaining("clone");
                assertThat(target.toFloats()).containsExactly(before);
            }
            // Size 1 does not stretch, and windows that only touch do not overlap.
            write.accept(Views.expand(counted(1, 3), 1, 3));
            write.accept(Slices.unfold(counted(6), 0, 3, 3));
        }
        Tensor whole = Views.expand(counted(3), 2, 3);
        Subscript.set(whole, 1, Index.at(0));
        assertThatThrownBy(() -> Subscript.set(whole, 1, Index.all(), Index.at(0)))
                .hasMessageContaining(MORE_THAN_ONE);
    }

    @Test
    void writesInPlaceRefuseSourcesInTheTarget() {
        Tensor x = counted(3, 3);
        assertThatThrownBy(() -> Indexing.indexAddInPlace(x, 0, longs(2, 0, 1), x, 1))
                .hasMessageContaining("refer to a single memory location");
        assertThatThrownBy(() -> Scatters.scatterInPlace(x, 0, Tensor.of(new long[9], 3, 3), Views.t(x)))
                .hasMessageContaining("refer to a single memory location");
        Tensor numbers = longs(2, 0, 1);
        assertThatThrownBy(() -> Indexing.putInPlace(numbers, numbers, longs(1, 1, 1), false))
                .hasMessageContaining("refer to a single memory location");
    }

    @Test
    void refusesIndicesOutOfRange() {
        Tensor x = counted(2, 3);
        for (String kernels : Backends.names()) {
            Backends.use(kernels);
            assertThatThrownBy(() -> Indexing.indexSelect(x, 1, longs(3)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("index=3, expected 0 <= index < 3");
            assertThatThrownBy(() -> Indexing.indexSelect(x, 1, longs(-1))).hasMessageContaining("index=-1");
            assertThatThrownBy(() -> Indexing.take(x, longs(-7))).hasMessageContaining("index=-7, expected -6 <=");
            assertThatThrownBy(() -> Scatters.gather(x, 0, Tensor.of(new long[] {2}, 1, 1)))
                    .hasMessageContaining("index=2");
            assertThatThrownBy(() -> Scatters.scatterInPlace(x, 1, Tensor.of(new long[] {-1}, 1, 1), 1))
                    .hasMessageContaining("index=-1");
            assertThatThrownBy(() -> Subscript.get(x, Index.all(), Index.of(3))).hasMessageContaining("index=3");
            assertThatThrownBy(() -> Subscript.set(x, 1, Index.of(-3))).hasMessageContaining("index=-3");
            assertThatThrownBy(() -> Subscript.get(x, Index.at(0), Index.at(0), Index.at(0)))
                    .hasMessageContaining("at most the 2 dimensions");
            assertThatThrownBy(() -> Subscript.get(x, Index.of(Tensor.of(new boolean[3], 3))))
                    .hasMessageContaining("mask=[3]");
            assertThatThrownBy(() -> Scatters.oneHot(longs(4), 4)).hasMessageContaining("index=4");
        }
        assertThat(x.toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void duplicatesAccumulateGradients() {
        Tensor x = Autograd.parameter(counted(3));
        Tensor picked = Joins.cat(
                List.of(
                        Indexing.indexSelect(x, 0, longs(1, 1)),
                        Scatters.gather(x, 0, longs(1, 2)),
                        Subscript.get(x, Index.of(-2, 0)),
                        Indexing.take(x, longs(1))),
                0);
        Autograd.backward(Reductions.sum(picked));
        assertThat(x.grad().toFloats()).containsExactly(1, 5, 1);
    }

    @Test
    void theLastOfSeveralSourcesStays() {
        for (String kernels : Backends.names()) {
            Backends.use(kernels);
            Tensor x = counted(2);
            Subscript.set(x, Tensor.of(new float[] {7, 8, 9}, 3), Index.of(1, 1, -1));
            assertThat(x.toFloats()).containsExactly(0, 9);
            Subscript.indexPutInPlace(x, Tensor.of(new float[] {1, 2, 3}, 3), true, Index.of(1, 0, 1));
            assertThat(x.toFloats()).containsExactly(2, 13);
            Tensor product = Scatters.scatterMultiply(x, 0, longs(1, 1), Tensor.of(new float[] {2, 3}, 2));
            assertThat(product.toFloats()).containsExactly(2, 78);
            Scatters.scatterMultiplyInPlace(x, 0, longs(0), Tensor.of(new float[] {5}, 1));
            assertThat(x.toFloats()).containsExactly(10, 13);
        }
    }

    @Test
    void aProductOfSourcesHasItsGradientAtZeros() {
        Tensor x = Autograd.parameter(Tensor.of(new float[] {2, 3}, 2));
        Tensor source = Autograd.parameter(Tensor.of(new float[] {0, 5, 0, 0}, 4));
        Tensor product = Scatters.scatterMultiply(x, 0, longs(0, 0, 1, 1), source);
        Autograd.backward(Reductions.sum(product));
        assertThat(x.grad().toFloats()).containsExactly(0, 0);
        assertThat(source.grad().toFloats()).containsExactly(10, 0, 0, 0);
    }

    @Test
    void subscriptsWriteThroughViews() {
        Tensor x = counted(3, 4);
        Subscript.set(x, Tensor.of(new float[] {-1, -2}, 1, 1, 2), Index.range(0, 2), Index.range(1, 4, 2));
        assertThat(x.toFloats()).containsExactly(0, -1, 2, -2, 4, -1, 6, -2, 8, 9, 10, 11);
        Subscript.set(x, 0.5, Index.of(Comparisons.less(x, 0)));
        assertThat(Subscript.get(x, Index.ellipsis(), Index.at(1)).toFloats()).containsExactly(0.5f, 0.5f, 9);
        assertThat(Subscript.get(x, Index.newAxis(), Index.at(-1)).shape()).isEqualTo(Shape.of(1, 4));
        assertThat(Subscript.get(x, Index.at(0)).sharesStorage(x)).isTrue();
        assertThatThrownBy(() -> Subscript.get(x, Index.of(Tensor.of(new byte[1], 1))))
                .hasMessageContaining("uint8");
    }

    @Test
    void masksSelectInOrder() {
        Tensor x = counted(2, 3);
        Tensor mask = Tensor.of(new boolean[] {true, false, true}, 3);
        assertThat(Masks.maskedSelect(x, mask).toFloats()).containsExactly(0, 2, 3, 5);
        assertThat(Masks.nonzero(x).toLongs()).containsExactly(0, 1, 0, 2, 1, 0, 1, 1, 1, 2);
        assertThat(Masks.nonzero(Tensor.scalar(DType.FLOAT32, 3)).shape()).isEqualTo(Shape.of(1, 0));
        assertThat(Masks.maskedScatterInPlace(x, mask, counted(9)).toFloats()).containsExactly(0, 1, 1, 2, 4, 3);
        assertThatThrownBy(() -> Masks.maskedScatter(x, mask, counted(3))).hasMessageContaining("at least the 4");
    }

    @Test
    void sixteenBitRowsAndIntegersAreMovedExactly() {
        Tensor half = Casts.to(counted(4, 2), DType.BFLOAT16);
        assertThat(Indexing.indexSelect(half, 0, longs(3, 0)).toFloats()).containsExactly(6, 7, 0, 1);
        Tensor large = longs(Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1);
        assertThat(Indexing.indexSelect(large, 0, longs(2, 0)).toLongs())
                .containsExactly((1L << 53) + 1, Long.MAX_VALUE);
        assertThat(Indexing.indexAdd(large, 0, longs(2, 2), longs(1, 1), 1).toLongs()[2])
                .isEqualTo((1L << 53) + 3);
        assertThatThrownBy(() -> Indexing.indexAdd(large, 0, longs(0), Tensor.of(new float[] {1}, 1), 1))
                .hasMessageContaining("expected operands of one dtype");
    }
}
