// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void countsElementsAndStrides() {
        assertThat(Shape.of().elements()).isEqualTo(1);
        assertThat(Shape.of(2, 0, 3).elements()).isZero();
        assertThat(Shape.of(2, 3, 4).contiguousStrides()).containsExactly(12, 4, 1);
        assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2));
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> Shape.of(2, -1)).hasMessageContaining("sizes=[2, -1]");
        assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Shape.of(2).size(1)).hasMessageContaining("dimension=1");
    }
}
