// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.amp.GradScaler;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training in 16 bits reaches the loss of training in float32. */
class MixedPrecisionTest {
    private static final int STEPS = 50;
    private static final Percentage ONE = Percentage.withPercentage(1);

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void aMultilayerPerceptronReachesTheLossOfFloat32(DType dtype) {
        assertThat(perceptron(dtype)).isCloseTo(perceptron(DType.FLOAT32), ONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void aTransformerReachesTheLossOfFloat32(DType dtype) {
        assertThat(transformer(dtype)).isCloseTo(transformer(DType.FLOAT32), ONE);
    }

    @Test
    void stepsInSixteenBitsLeaveNothingToTheGarbageCollector() {
        transformer(DType.BFLOAT16);
        long frees = Garbage.collect();
        transformer(DType.FLOAT16);
        assertThat(Garbage.collect()).isEqualTo(frees);
    }

    private static double perceptron(DType dtype) {
        Philox random = new Philox(7, 0);
        Tensor x = normal(random, 1, 64, 16);
        Tensor labels = Tensor.empty(DType.INT64, Shape.of(64));
        Elements.forEach(labels, address -> Elements.put(DType.INT64, address, random.nextInt(4)));
        List<Tensor> parameters = List.of(
                normal(random, 0.25, 32, 16), normal(random, 0, 32), normal(random, 0.2, 4, 32), normal(random, 0, 4));
        parameters.forEach(Autograd::parameter);
        double loss = train(dtype, parameters, 0.3, () -> {
            Tensor hidden = Activations.relu(Matrices.linear(x, parameters.get(0), parameters.get(1)));
            Tensor logits = Matrices.linear(hidden, parameters.get(2), parameters.get(3));
            return Losses.crossEntropy(logits, labels, Losses.Reduction.MEAN);
        });
        parameters.forEach(Tensor::close);
        x.close();
        labels.close();
        return loss;
    }

    private static double transformer(DType dtype) {
        TinyGpt model = new TinyGpt(new TinyGpt.Sizes(16, 8, 24, 1, 2), 0, 3);
        long[] ids = new long[32];
        long[] targets = new long[32];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (i * 5L + i / 8) % 16;
            targets[i] = (ids[i] * 3 + 1) % 16;
        }
        Tensor input = Tensor.of(ids, 4, 8);
        Tensor expected = Tensor.of(targets, 4, 8);
        double loss = train(dtype, model.parameters(), 0.2, () -> model.loss(input, expected));
        model.parameters().forEach(Tensor::close);
        input.close();
        expected.close();
        return loss;
    }

    /** Trains by gradient descent; returns the last loss, which has to be below the first one. */
    private static double train(DType dtype, List<Tensor> parameters, double rate, Supplier<Tensor> forward) {
        GradScaler scaler = GradScaler.of(dtype);
        double first = 0;
        double last = 0;
        for (int step = 0; step < STEPS; step++) {
            try (StepScope scope = StepScope.open()) {
                Tensor loss;
                try (Autocast.Scope precision = Autocast.to(dtype)) {
                    loss = forward.get();
                }
                assertThat(loss.dtype()).isEqualTo(DType.FLOAT32);
                Autograd.backward(scaler.scale(loss));
                scaler.step(parameters, () -> descend(parameters, rate));
                scaler.update();
                parameters.forEach(Gradients::clear);
                last = loss.item();
                first = step == 0 ? last : first;
            }
        }
        assertThat(last).isLessThan(0.9 * first);
        return last;
    }

    private static void descend(List<Tensor> parameters, double rate) {
        try (GradMode.Scope mode = GradMode.noGrad()) {
            for (Tensor parameter : parameters) {
                Arithmetic.addInPlace(parameter, Arithmetic.multiply(Objects.requireNonNull(parameter.grad()), -rate));
            }
        }
    }

    private static Tensor normal(Philox random, double deviation, long... sizes) {
        Tensor tensor = Tensor.empty(DType.FLOAT32, Shape.of(sizes));
        Elements.forEach(tensor, address -> Elements.put(DType.FLOAT32, address, deviation * random.nextGaussian()));
        return tensor;
    }
}
