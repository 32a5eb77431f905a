// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Samples;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every op of the registry. */
class OpConformanceTest {
    private final Philox random = new Philox(31, 0);

    static List<Op<?>> ops() {
        return OpRegistry.all();
    }

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @Test
    void everyOpHasItsOwnNameAndSamples() {
        List<String> names = ops().stream().map(Op::name).toList();
        assertThat(names).doesNotHaveDuplicates();
        assertThat(OpSamples.ALL.keySet()).containsExactlyInAnyOrderElementsOf(names);
    }

    @ParameterizedTest
    @MethodSource("ops")
    void declaresWhereItRuns(Op<?> op) {
        assertThat(op.autocast()).isNotNull();
        assertThat(op.dtypes()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("ops")
    void gradientsAgreeWithDifferences(Op<?> op) {
        for (Sample sample : differentiable(op)) {
            // Elements that share memory cannot be moved one by one.
            for (Samples.Memory memory : EnumSet.complementOf(EnumSet.of(Samples.Memory.BROADCAST))) {
                GradCheck.check(sample.call(), inputs(sample, DType.FLOAT64, memory), sample.epsilon(), random);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void gradientsOfGradientsAgreeWithDifferences(Op<?> op) {
        for (Sample sample : differentiable(op)) {
            List<Tensor> inputs = inputs(sample, DType.FLOAT64, Samples.Memory.CONTIGUOUS);
            GradCheck.checkTwice(sample.call(), inputs, sample.epsilon(), random);
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void resultsWithoutGradientRequireNone(Op<?> op) {
        if (!op.isDifferentiable()) {
            for (Sample sample : samples(op)) {
                List<Tensor> inputs = inputs(sample, DType.FLOAT64, Samples.Memory.CONTIGUOUS);
                inputs.forEach(Autograd::parameter);
                assertThat(sample.call().apply(inputs).requiresGrad()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void sixteenBitInputsGiveSixteenBitResultsNearThoseInFloat64(Op<?> op) {
        for (Sample sample : samples(op)) {
            List<Tensor> inputs = inputs(sample, DType.BFLOAT16, Samples.Memory.CONTIGUOUS);
            List<Tensor> exact =
                    inputs.stream().map(input -> Casts.to(input, DType.FLOAT64)).toList();
            Tensor result = sample.call().apply(inputs);
            if (!op.name().equals("to") && result.dtype().isFloating()) {
                assertThat(result.dtype()).isEqualTo(DType.BFLOAT16);
            }
            double[] actual = result.toDoubles();
            double[] expected = sample.call().apply(exact).toDoubles();
            for (int i = 0; i < actual.length; i++) {
                if (!Double.isNaN(expected[i])) {
                    assertThat(Math.abs(actual[i] - expected[i])).isLessThan(0.02 * Math.max(1, Math.abs(expected[i])));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void freesWhatItMakes(Op<?> op) {
        for (Sample sample : samples(op)) {
            List<Tensor> inputs = inputs(sample, DType.FLOAT32, Samples.Memory.TRANSPOSED);
            long before = unreleased();
            try (StepScope scope = StepScope.open()) {
                assertThat(sample.call().apply(inputs).isReleased()).isFalse();
            }
            assertThat(unreleased()).isEqualTo(before);
            inputs.forEach(Tensor::close);
        }
    }

    private static long unreleased() {
        return MemoryPool.shared().allocations() - MemoryPool.shared().releases();
    }

    private static List<Sample> differentiable(Op<?> op) {
        return op.isDifferentiable() ? samples(op) : List.of();
    }

    private static List<Sample> samples(Op<?> op) {
        return OpSamples.ALL.getOrDefault(op.name(), List.of());
    }

    private List<Tensor> inputs(Sample sample, DType dtype, Samples.Memory memory) {
        double[] bounds = {sample.low(), sample.high()};
        return sample.shapes().stream()
                .map(shape -> Samples.uniform(dtype, memory, random, bounds, shape.sizes()))
                .toList();
    }
}
