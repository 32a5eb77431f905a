// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CreationTest {
    @BeforeEach
    void seed() {
        Randomness.current().seed(17);
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @Test
    void countsAndSpaces() {
        assertThat(Creation.arange(5, 0, -2).toLongs()).containsExactly(5, 3, 1);
        assertThat(Creation.arange(DType.FLOAT32, 0, 1, 0.25).toFloats()).containsExactly(0, 0.25f, 0.5f, 0.75f);
        assertThatThrownBy(() -> Creation.arange(0, 3, 0)).hasMessageContaining("step=0");
        double[] third = Creation.linspace(DType.FLOAT64, 0, 1, 4).toDoubles();
        assertThat(third[0]).isZero();
        assertThat(third[3]).isEqualTo(1);
        assertThat(Creation.eye(DType.BOOL, 2, 3).toLongs()).containsExactly(1, 0, 0, 0, 1, 0);
        assertThat(Creation.full(DType.BOOL, -3, 2).toLongs()).containsExactly(1, 1);
        assertThat(Creation.onesLike(Tensor.of(new long[] {4}, 1)).toLongs()).containsExactly(1);
    }

    @Test
    void randomNumbersDependOnSeedWorkerAndDrawAlone() {
        List<float[]> draws = new ArrayList<>();
        for (String kernels : Backends.names()) {
            Backends.use(kernels);
            Randomness.current().seed(3, 1);
            RandomNumbers.rand(DType.FLOAT32, 1000);
            draws.add(RandomNumbers.randn(DType.FLOAT32, 5).toFloats());
        }
        Randomness.current().seed(3, 1);
        RandomNumbers.randperm(2);
        draws.add(RandomNumbers.randn(DType.FLOAT32, 5).toFloats());
        assertThat(draws).allMatch(draw -> Arrays.equals(draw, draws.get(0)));
        Randomness.current().seed(3, 2);
        RandomNumbers.randperm(2);
        assertThat(RandomNumbers.randn(DType.FLOAT32, 5).toFloats()).isNotEqualTo(draws.get(0));
    }

    @Test
    void randomNumbersFillTheirRange() {
        for (DType dtype : Op.FLOATING) {
            double[] uniform = RandomNumbers.rand(dtype, 20_000).toDoubles();
            assertThat(Arrays.stream(uniform)).allMatch(number -> number >= 0 && number < 1);
            assertThat(Arrays.stream(uniform).average().orElseThrow()).isCloseTo(0.5, Offset.offset(0.02));
        }
        double[] normal = RandomNumbers.randn(DType.FLOAT64, 20_000).toDoubles();
        assertThat(Arrays.stream(normal).average().orElseThrow()).isCloseTo(0, Offset.offset(0.03));
        assertThat(Arrays.stream(normal).map(x -> x * x).average().orElseThrow())
                .isCloseTo(1, Offset.offset(0.05));
        long[] dice = RandomNumbers.randint(DType.INT64, -2, 4, 1000).toLongs();
        assertThat(LongStream.of(dice).distinct().sorted().toArray()).containsExactly(-2, -1, 0, 1, 2, 3);
        long[] wide =
                RandomNumbers.randint(DType.INT64, -(1L << 61), 1L << 61, 1000).toLongs();
        assertThat(LongStream.of(wide).map(Math::abs).max().orElseThrow()).isGreaterThan(1L << 60);
        assertThat(LongStream.of(wide)).allMatch(number -> number >= -(1L << 61) && number < 1L << 61);
        assertThat(LongStream.of(RandomNumbers.randperm(50).toLongs()).sorted().toArray())
                .containsExactly(LongStream.range(0, 50).toArray());
        double[] coins = RandomNumbers.bernoulli(Creation.full(DType.FLOAT32, 0.25, 20_000))
                .toDoubles();
        assertThat(Arrays.stream(coins).average().orElseThrow()).isCloseTo(0.25, Offset.offset(0.02));
    }

    @Test
    void randomFillsCutTheGradient() {
        Tensor x = Autograd.parameter(Creation.ones(DType.FLOAT32, 3));
        Tensor y = Arithmetic.multiply(x, 2);
        RandomNumbers.uniformInPlace(Slices.narrow(y, 0, 0, 2), 5, 6);
        Autograd.backward(Reductions.sum(y));
        assertThat(x.grad().toFloats()).containsExactly(0, 0, 2);
        assertThatThrownBy(() -> RandomNumbers.normalInPlace(x, 0, 1)).hasMessageContaining("leaf Variable");
    }

    @Test
    void refusesImpossibleDistributions() {
        assertThatThrownBy(() -> RandomNumbers.rand(DType.INT64, 2)).hasMessageContaining("dtype=int64");
        assertThatThrownBy(() -> RandomNumbers.randint(DType.INT64, 2, 2, 1)).hasMessageContaining("low=2 high=2");
        assertThatThrownBy(() -> RandomNumbers.bernoulliInPlace(Tensor.zeros(DType.FLOAT32, Shape.of(2)), 1.5))
                .hasMessageContaining("probability=1.5");
    }
}
