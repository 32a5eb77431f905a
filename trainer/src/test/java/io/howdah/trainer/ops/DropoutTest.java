// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DropoutTest {
    @BeforeEach
    void seed() {
        Randomness.current().seed(7);
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    private static Tensor ones(long... sizes) {
        return Copies.fillInPlace(Tensor.empty(DType.FLOAT32, Shape.of(sizes)), 1);
    }

    @Test
    void dropsAFractionAndScalesTheRest() {
        float[] values = Dropouts.dropout(ones(200, 100), 0.2, true).toFloats();
        int dropped = 0;
        for (float value : values) {
            assertThat(value).isIn(0f, 1.25f);
            dropped += value == 0 ? 1 : 0;
        }
        assertThat(dropped / 20000.0).isCloseTo(0.2, Offset.offset(0.01));
    }

    @Test
    void dropsTheSameWhateverTheKernels() {
        Backends.use("java");
        float[] java = Dropouts.dropout(ones(9, 5), 0.5, true).toFloats();
        Backends.use(Backends.AUTO);
        Randomness.current().seed(7);
        assertThat(Dropouts.dropout(ones(9, 5), 0.5, true).toFloats()).containsExactly(java);
        assertThat(Dropouts.dropout(ones(9, 5), 0.5, true).toFloats()).isNotEqualTo(java);
        assertThat(Randomness.current().state().draws()).isEqualTo(2);
    }

    @Test
    void gradientsPassWhereElementsStayed() {
        Tensor x = Autograd.parameter(ones(20));
        Tensor y = Dropouts.dropout(x, 0.5, true);
        Autograd.backward(Reductions.sum(y));
        assertThat(x.grad().toFloats()).containsExactly(y.toFloats());
    }

    @Test
    void dropsWholeChannels() {
        float[] values = Dropouts.channelDropout(ones(4, 5, 3), 0.5, true).toFloats();
        for (int channel = 0; channel < 20; channel++) {
            float[] elements = Arrays.copyOfRange(values, 3 * channel, 3 * channel + 3);
            assertThat(elements).containsOnly(elements[0]);
        }
        assertThat(values).contains(0f, 2f);
    }

    @Test
    void alphaDropoutKeepsMeanAndVariance() {
        Philox random = new Philox(3, 0);
        Tensor x = Tensor.of(
                DoubleStream.generate(random::nextGaussian).limit(40000).toArray(), 40000);
        double[] values = Dropouts.alphaDropout(x, 0.3, true).toDoubles();
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values).map(v -> v * v).average().orElseThrow() - mean * mean;
        assertThat(mean).isCloseTo(0, Offset.offset(0.03));
        assertThat(variance).isCloseTo(1, Offset.offset(0.03));
    }

    @Test
    void edgesOfProbability() {
        Tensor x = ones(3);
        assertThat(Dropouts.dropout(x, 0, true)).isSameAs(x);
        assertThat(Dropouts.dropout(x, 0.5, false)).isSameAs(x);
        assertThat(Randomness.current().state().draws()).isZero();
        assertThat(Dropouts.dropout(x, 1, true).toFloats()).containsOnly(0);
        assertThat(Dropouts.alphaDropout(x, 1, true).toFloats()).containsOnly(0);
        assertThat(Dropouts.dropoutInPlace(x, 1, true)).isSameAs(x);
        assertThat(x.toFloats()).containsOnly(0);
        assertThatThrownBy(() -> Dropouts.dropout(x, 1.5, false)).hasMessageContaining("p=1.5");
        assertThatThrownBy(() -> Dropouts.dropout(x, Double.NaN, true)).hasMessageContaining("p=NaN");
    }
}
