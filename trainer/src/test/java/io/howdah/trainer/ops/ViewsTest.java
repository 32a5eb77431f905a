// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private static Tensor counted(long... sizes) {
        long elements = Shape.of(sizes).elements();
        return Views.view(Creation.arange(DType.FLOAT32, 0, elements, 1), sizes);
    }

    @Test
    void viewsNeedElementsThatLieEndToEnd() {
        Tensor x = counted(2, 3);
        assertThat(Views.view(x, 3, -1).sharesStorage(x)).isTrue();
        Tensor transposed = Views.t(x);
        assertThatThrownBy(() -> Views.view(transposed, 6)).hasMessageContaining("use reshape");
        Tensor copy = Views.reshape(transposed, 6);
        assertThat(copy.toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(copy.sharesStorage(x)).isFalse();
        assertThat(Views.unflatten(Views.flatten(x), 0, 3, -1).shape()).isEqualTo(Shape.of(3, 2));
        assertThatThrownBy(() -> Views.unflatten(x, 1, 2, -1)).hasMessageContaining("sizes=[2, -1]");
    }

    @Test
    void slicesTakeBoundsAsPythonDoes() {
        Tensor x = counted(6);
        assertThat(Slices.slice(x, 0, -3, Slices.END, 2).toFloats()).containsExactly(3, 5);
        assertThat(Slices.slice(x, 0, -10, 100, 4).toFloats()).containsExactly(0, 4);
        assertThat(Slices.slice(x, 0, 4, 2, 1).elements()).isZero();
        assertThat(Slices.narrow(x, 0, -2, 2).toFloats()).containsExactly(4, 5);
        assertThatThrownBy(() -> Slices.slice(x, 0, 0, 6, -1)).hasMessageContaining("step=-1");
        assertThatThrownBy(() -> Slices.select(x, 0, 6)).hasMessageContaining("index=6, expected -6 to 5");
        assertThatThrownBy(() -> Slices.unfold(x, 0, 7, 1)).hasMessageContaining("size=7");
        assertThatThrownBy(() -> Slices.narrow(Tensor.scalar(DType.FLOAT32, 1), 0, 0, 1))
                .hasMessageContaining("shape=[]");
    }

    @Test
    void splitsHaveAllElements() {
        Tensor x = counted(5, 2);
        assertThat(Splits.split(x, 2, 0)).extracting(part -> part.size(0)).containsExactly(2L, 2L, 1L);
        assertThat(Splits.chunk(x, 4, 0)).hasSize(3);
        assertThat(Splits.split(x, new long[] {1, 0, 4}, 0).get(2).toFloats()).startsWith(2, 3);
        assertThat(Splits.unbind(x, 1).get(1).toFloats()).containsExactly(1, 3, 5, 7, 9);
        assertThatThrownBy(() -> Splits.split(x, new long[] {1, 3}, 0)).hasMessageContaining("add up");
    }

    @Test
    void severalViewsOfOneOpMayNotBeWritten() {
        Tensor x = Copies.clone(Autograd.parameter(counted(4)));
        List<Tensor> parts = Splits.split(x, 2, 0);
        assertThatThrownBy(() -> Copies.zeroInPlace(parts.get(0)))
                .hasMessageContaining("one of several views that one op returned");
        Copies.zeroInPlace(Splits.unbind(counted(2), 0).get(0));
    }

    @Test
    void partsWithoutGradientCountAsZeros() {
        Tensor x = Autograd.parameter(counted(4));
        Autograd.backward(Reductions.sum(Splits.split(x, 3, 0).get(1)));
        assertThat(x.grad().toFloats()).containsExactly(0, 0, 0, 1);
    }

    @Test
    void writesThroughAViewOfAStridedTensorReachItsHistory() {
        Tensor value = Autograd.parameter(Tensor.of(new float[] {1, 2}, 2));
        Tensor base = counted(2, 3).view(Shape.of(3, 2), new long[] {1, 3}, 0);
        Copies.copyInPlace(Slices.select(base, 0, 1), value);
        assertThat(base.toFloats()).containsExactly(0, 3, 1, 2, 2, 5);
        Autograd.backward(Reductions.sum(Arithmetic.multiply(base, counted(3, 2))));
        assertThat(value.grad().toFloats()).containsExactly(2, 3);
    }

    @Test
    void aWriteOfAStridedTensorLeavesTheOtherGradients() {
        Tensor x = Autograd.parameter(counted(3, 2));
        Tensor base = Tensor.emptyStrided(DType.FLOAT32, Shape.of(3, 2), 1, 3);
        Copies.copyInPlace(base, x);
        Arithmetic.multiplyInPlace(Slices.narrow(base, 0, 0, 2), Tensor.of(new float[] {10}, 1));
        Autograd.backward(Reductions.sum(Arithmetic.multiply(base, counted(3, 2))));
        assertThat(x.grad().toFloats()).containsExactly(0, 10, 20, 30, 4, 5);
    }

    @Test
    void joinsCheckShapesAndPromoteDtypes() {
        assertThat(Joins.cat(List.of(counted(2), Tensor.of(new long[] {7}, 1)), 0)
                        .toFloats())
                .containsExactly(0, 1, 7);
        assertThatThrownBy(() -> Joins.cat(List.of(counted(2, 2), counted(2, 3)), 0))
                .hasMessageContaining("tensor 1=[2, 3]");
        assertThatThrownBy(() -> Joins.cat(List.of(), 0)).hasMessageContaining("expected at least one");
        assertThatThrownBy(() -> Joins.stack(List.of(counted(2), counted(3)), 0))
                .hasMessageContaining("equal shapes");
        assertThat(Joins.hstack(List.of(counted(2, 1), counted(2, 2))).shape()).isEqualTo(Shape.of(2, 3));
        List<Tensor> grid = Joins.meshgrid(List.of(counted(2), counted(3)));
        assertThat(grid.get(0).toFloats()).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(grid.get(1).toFloats()).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void paddingTakesItsElementsFromTheTensor() {
        Tensor x = counted(3);
        assertThat(Padding.pad(x, Padding.Mode.REFLECT, 2, 1).toFloats()).containsExactly(2, 1, 0, 1, 2, 1);
        assertThat(Padding.pad(x, Padding.Mode.REPLICATE, 1, 2).toFloats()).containsExactly(0, 0, 1, 2, 2, 2);
        assertThat(Padding.pad(x, Padding.Mode.CIRCULAR, 1, -1).toFloats()).containsExactly(1, 0, 1);
        assertThatThrownBy(() -> Padding.pad(x, Padding.Mode.REFLECT, 3, 0)).hasMessageContaining("at most 2");
        assertThatThrownBy(() -> Padding.pad(x, 0, 1, 1, 1)).hasMessageContaining("two for each");
        assertThatThrownBy(() -> Padding.pad(x, 0, -4, 0)).hasMessageContaining("widths=[-4, 0]");
    }

    @Test
    void trianglesNameTheirPlaces() {
        assertThat(Triangles.trilIndices(3, 2, -1).toLongs()).containsExactly(1, 2, 2, 0, 0, 1);
        assertThat(Triangles.triuIndices(2, 3, 1).toLongs()).containsExactly(0, 0, 1, 1, 2, 2);
        Tensor x = Copies.clone(counted(2, 2));
        assertThat(Triangles.triuInPlace(x, 0).toFloats()).containsExactly(0, 1, 0, 3);
    }
}
