// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Casts of weights that came in the dtype of the cast. */
class TwinCastTest {
    private final Tensor weight = Tensor.zeros(DType.FLOAT32, Shape.of(3));
    private final Tensor twin = Casts.to(Tensor.of(new float[] {1.5f, -2, 0.25f}, 3), DType.BFLOAT16);
    private int conversions;

    @AfterEach
    void close() {
        weight.close();
        twin.close();
    }

    private void expect() {
        weight.expect(
                () -> {
                    conversions++;
                    Backends.current().convert(twin, weight.landing());
                },
                twin);
    }

    @Test
    void castsDoWithoutTheWayThereAndBack() {
        expect();
        Tensor cast = Casts.to(weight, DType.BFLOAT16);
        assertThat(cast.toFloats()).containsExactly(1.5f, -2, 0.25f);
        assertThat(cast.sharesStorage(twin)).isFalse();
        assertThat(conversions).isZero();
        assertThat(Casts.to(weight, DType.FLOAT64).toDoubles()).containsExactly(1.5, -2, 0.25);
        assertThat(conversions).isEqualTo(1);
        cast.close();
    }

    @Test
    void whatWasWrittenSinceIsCast() {
        expect();
        Arithmetic.addInPlace(weight, 1);
        Tensor cast = Casts.to(weight, DType.BFLOAT16);
        assertThat(cast.toFloats()).containsExactly(2.5f, -1, 1.25f);
        cast.close();
    }
}
