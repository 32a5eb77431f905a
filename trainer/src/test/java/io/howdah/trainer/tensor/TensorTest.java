// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
    @Test
    void holdsElementsInRowMajorOrder() {
        Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(tensor.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(tensor.strides()).containsExactly(3, 1);
        assertThat(tensor.size(-1)).isEqualTo(3);
        assertThat(tensor.address() % 64).isZero();
        assertThat(tensor.buffer().remaining()).isEqualTo(24);
        assertThat(tensor.toString()).isEqualTo("Tensor(float32, [2, 3])");
        assertThatThrownBy(() -> Tensor.of(new float[] {1, 2}, 3)).hasMessageContaining("elements=2, expected 3");
    }

    @ParameterizedTest
    @EnumSource
    void everyDtypeStoresItsElements(DType dtype) {
        Tensor tensor = Tensor.zeros(dtype, Shape.of(3));
        Elements.put(dtype, tensor.address() + dtype.bytes(), 1);
        assertThat(tensor.toDoubles()).containsExactly(0, 1, 0);
        assertThat(DType.named(dtype.toString())).isEqualTo(dtype);
        if (!dtype.isFloating()) {
            Elements.putLong(dtype, tensor.address(), 1);
            assertThat(Elements.getLong(dtype, tensor.address())).isEqualTo(1);
        } else {
            assertThatThrownBy(() -> Elements.getLong(dtype, tensor.address())).hasMessageContaining("dtype=" + dtype);
        }
    }

    @Test
    void viewsShareStorageAndVersion() {
        Tensor base = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor transposed = base.view(Shape.of(3, 2), new long[] {1, 3}, 0);
        assertThat(transposed.toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(transposed.isContiguous()).isFalse();
        assertThat(transposed.sharesStorage(base)).isTrue();
        Tensor last = transposed.subview(Shape.of(2), new long[] {3}, 2);
        assertThat(last.toFloats()).containsExactly(3, 6);
        last.bumpVersion();
        assertThat(base.version()).isEqualTo(1);
        assertThatThrownBy(transposed::buffer).hasMessageContaining("expected a contiguous tensor");
        assertThatThrownBy(() -> transposed.reshaped(Shape.of(6))).hasMessageContaining("expected a contiguous tensor");
        assertThat(base.reshaped(Shape.of(6)).toFloats()).hasSize(6);
    }

    @Test
    void refusesViewsOutsideTheStorage() {
        Tensor base = Tensor.zeros(DType.FLOAT32, Shape.of(64));
        Shape two = Shape.of(2);
        assertThat(base.view(two, new long[] {63}, 0).elements()).isEqualTo(2);
        assertThatThrownBy(() -> base.view(two, new long[] {64}, 0)).hasMessageContaining("stay inside the storage");
        assertThatThrownBy(() -> base.view(two, new long[] {1}, 63)).hasMessageContaining("offset=63");
        assertThatThrownBy(() -> base.view(two, new long[] {-1}, 1)).hasMessageContaining("strides=[-1]");
        assertThatThrownBy(() -> base.view(two, new long[] {1, 1}, 0)).hasMessageContaining("strides=[1, 1]");
        assertThat(base.view(Shape.of(0), new long[] {1}, 64).elements()).isZero();
    }

    @Test
    void readsItemsOfOneElementOnly() {
        assertThat(Tensor.of(new double[] {2.5}, 1, 1).item()).isEqualTo(2.5);
        assertThatThrownBy(() -> Tensor.of(new double[] {1, 2}, 2).item()).hasMessageContaining("shape=[2]");
    }

    @Test
    void useAfterReleaseThrows() {
        Tensor tensor = Tensor.of(new float[] {1, 2}, 2);
        Tensor view = tensor.detached();
        tensor.close();
        tensor.close();
        assertThat(view.isReleased()).isTrue();
        assertThat(view.toString()).contains("released");
        assertThatThrownBy(view::address).hasMessageContaining("was released");
        assertThatThrownBy(view::buffer).hasMessageContaining("was released");
        assertThatThrownBy(view::toFloats).hasMessageContaining("was released");
    }

    @Test
    void aScopeReleasesWhatWasNotKept() {
        Tensor before = Tensor.zeros(DType.FLOAT32, Shape.of(1));
        List<Tensor> inside = new ArrayList<>();
        try (StepScope outer = StepScope.open()) {
            inside.add(Tensor.zeros(DType.FLOAT32, Shape.of(1)));
            try (StepScope inner = StepScope.open()) {
                inside.add(Tensor.zeros(DType.FLOAT32, Shape.of(1)).keep());
                inside.add(Tensor.zeros(DType.FLOAT32, Shape.of(1)));
            }
            assertThat(inside).extracting(Tensor::isReleased).containsExactly(false, false, true);
            assertThatThrownBy(() -> {
                        StepScope inner = StepScope.open();
                        try {
                            outer.close();
                        } finally {
                            inner.close();
                        }
                    })
                    .hasMessageContaining("an inner scope is open");
        }
        assertThat(inside).extracting(Tensor::isReleased).containsExactly(true, false, true);
        assertThat(before.isReleased()).isFalse();
    }
}
