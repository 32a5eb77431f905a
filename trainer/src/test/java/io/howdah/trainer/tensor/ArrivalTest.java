// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements that come while others are used already. */
class ArrivalTest {
    private final Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    private int arrivals;

    @AfterEach
    void close() {
        tensor.close();
    }

    private void bring() {
        arrivals++;
        tensor.landing().buffer().putFloat(0, 10f * arrivals);
    }

    /** All ways to the memory. */
    private enum Use {
        ADDRESS(Tensor::address),
        BUFFER(Tensor::buffer),
        ELEMENTS(Tensor::toFloats),
        VIEW(tensor -> tensor.view(Shape.of(1), new long[] {1}, 0).item()),
        DETACHED(tensor -> tensor.detached().address()),
        SETTLE(Tensor::settle);

        private final Consumer<Tensor> use;

        Use(Consumer<Tensor> use) {
            this.use = use;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFirstUseBringsWhatIsExpectedOnce(Use use) {
        tensor.expect(this::bring);
        use.use.accept(tensor);
        assertThat(arrivals).isEqualTo(1);
        assertThat(tensor.toFloats()).containsExactly(10, 2, 3, 4);
        assertThat(arrivals).isEqualTo(1);
    }

    @Test
    void whatNeedsNoElementsDoesNotWait() {
        tensor.expect(this::bring);
        tensor.bumpVersion();
        tensor.checkLive();
        assertThat(tensor.detached().view(Shape.of(4), new long[] {1}, 0).isContiguous())
                .isTrue();
        tensor.expectNothing();
        assertThat(tensor.toFloats()).containsExactly(1, 2, 3, 4);
        assertThat(arrivals).isZero();
    }

    @Test
    void everyUseFailsAsTheArrivalDoes() {
        tensor.expect(() -> {
            throw new IllegalStateException("lost");
        });
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(tensor::address).hasMessage("lost");
        }
        assertThat(tensor.landing().toFloats()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aTwinHoldsTheSameElementsUntilTheyAreWritten() {
        Tensor twin = Tensor.zeros(DType.BFLOAT16, Shape.of(2, 2));
        tensor.expect(this::bring, twin);
        assertThat(tensor.twin(DType.BFLOAT16)).isSameAs(twin);
        assertThat(tensor.detached().twin(DType.BFLOAT16)).isSameAs(twin);
        assertThat(tensor.twin(DType.FLOAT16)).isNull();
        assertThat(tensor.reshaped(Shape.of(4)).twin(DType.BFLOAT16)).isNull();
        assertThat(tensor.view(Shape.of(2, 2), new long[] {1, 2}, 0).twin(DType.BFLOAT16))
                .isNull();
        assertThat(arrivals).isZero();
        tensor.address();
        assertThat(tensor.twin(DType.BFLOAT16)).isSameAs(twin);
        tensor.bumpVersion();
        assertThat(tensor.twin(DType.BFLOAT16)).isNull();
        tensor.expectNothing();
        assertThat(tensor.twin(DType.BFLOAT16)).isNull();
        twin.close();
    }

    @Test
    void theLandingLivesAsLongAsTheTensor() {
        Tensor landing = tensor.landing();
        tensor.close();
        assertThatThrownBy(landing::address).hasMessageContaining("was released");
    }
}
