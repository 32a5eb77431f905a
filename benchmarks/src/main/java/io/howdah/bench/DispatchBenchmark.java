// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What an op costs beside its arithmetic. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls prepare first
public class DispatchBenchmark {
    private Tensor parameter;
    private Tensor constant;

    @Setup
    public void prepare() {
        parameter = Autograd.parameter(Tensor.zeros(DType.FLOAT32, Shape.of(16, 16)));
        constant = Tensor.zeros(DType.FLOAT32, Shape.of(16, 16)).keep();
    }

    @Benchmark
    public long emptyTensor() {
        try (Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(16, 16))) {
            return tensor.elements();
        }
    }

    @Benchmark
    public long addRecorded() {
        try (Tensor sum = Arithmetic.add(parameter, constant)) {
            return sum.elements();
        }
    }

    @Benchmark
    public long addUnrecorded() {
        try (GradMode.Scope mode = GradMode.noGrad();
                Tensor sum = Arithmetic.add(parameter, constant)) {
            return sum.elements();
        }
    }

    @Benchmark
    public long transposedView() {
        return Views.transpose(parameter, 0, 1).elements();
    }

    @Benchmark
    public void addAndBackward() {
        try (StepScope scope = StepScope.open()) {
            Autograd.backward(Reductions.sum(Arithmetic.add(parameter, constant)));
        }
    }
}
