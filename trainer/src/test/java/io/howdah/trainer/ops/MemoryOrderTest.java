// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryOrderTest {
    private static final ConvolutionSettings SAME = ConvolutionSettings.DEFAULT.withPadding(1);

    private final Philox random = new Philox(5, 0);

    private Tensor tensor(DType dtype, long... sizes) {
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        Elements.forEach(tensor, address -> Elements.put(dtype, address, random.nextGaussian()));
        return tensor;
    }

    /** What layers between convolutions do to images. */
    private static Tensor network(Tensor images, Tensor filters, Tensor scale, Tensor shift) {
        Tensor x = Convolutions.conv2d(images, filters, null, SAME);
        x = BatchNorms.batchNorm(x, null, new BatchNorms.Parameters(scale, shift), 0.1, 1e-5);
        x = Arithmetic.add(Activations.relu(x), images);
        return MaxPools.maxPool2d(x, Pooling.of(2));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 16})
    void imagesWithChannelsLastStaySoAndGiveTheSame(long channels) {
        Tensor images = tensor(DType.FLOAT32, 4, channels, 8, 8);
        Tensor ordered = Copies.channelsLast(images);
        assertThat(ordered.toFloats()).containsExactly(images.toFloats());
        List<Tensor> parameters = List.of(
                Autograd.parameter(tensor(DType.FLOAT32, channels, channels, 3, 3)),
                Autograd.parameter(tensor(DType.FLOAT32, channels)),
                Autograd.parameter(tensor(DType.FLOAT32, channels)));

        Tensor plain = network(images, parameters.get(0), parameters.get(1), parameters.get(2));
        Tensor last = network(ordered, parameters.get(0), parameters.get(1), parameters.get(2));

        assertThat(ordered.isChannelsLast() && last.isChannelsLast()).isTrue();
        assertThat(plain.isChannelsLast()).isFalse();
        assertClose(last, plain);
        Tensor seed = tensor(DType.FLOAT32, plain.shape().sizes());
        for (int i = 0; i < parameters.size(); i++) {
            assertClose(gradient(last, seed, parameters.get(i)), gradient(plain, seed, parameters.get(i)));
        }
    }

    private static Tensor gradient(Tensor out, Tensor seed, Tensor parameter) {
        return Autograd.grad(
                        List.of(out),
                        List.of(seed),
                        List.of(parameter),
                        Autograd.SavedTensors.RETAIN,
                        Autograd.Unused.REFUSE)
                .get(0);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        float[] numbers = actual.toFloats();
        float[] wanted = expected.toFloats();
        for (int i = 0; i < wanted.length; i++) {
            assertThat(numbers[i]).isCloseTo(wanted[i], offset(2e-4f * (1 + Math.abs(wanted[i]))));
        }
    }

    @Test
    void elementwiseOpsKeepTheOrderOfInputsWithoutGaps() {
        Tensor transposed = Views.transpose(tensor(DType.FLOAT32, 5, 7), 0, 1);
        assertThat(Functions.exp(transposed).strides()).containsExactly(1, 7);
        assertThat(Casts.to(transposed, DType.BFLOAT16).strides()).containsExactly(1, 7);
        assertThat(Arithmetic.add(transposed, tensor(DType.FLOAT32, 1)).strides())
                .containsExactly(1, 7);
        Tensor gaps = Slices.narrow(transposed, 0, 0, 3);
        assertThat(Functions.exp(gaps).isContiguous()).isTrue();
    }

    @Test
    void channelsLastTakesImagesAlone() {
        assertThatThrownBy(() -> Copies.channelsLast(tensor(DType.FLOAT32, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected [N, C, …]");
    }

    @Test
    void gradientsOfSlicesOfOneTensorAreWrittenSideBySide() {
        Tensor rows = tensor(DType.FLOAT32, 2, 5, 12);
        List<Tensor> parts = Splits.split(rows, new long[] {6, 3, 3}, 2).stream()
                .map(part -> Views.transpose(Views.unflatten(part, 2, part.size(2) / 3, 3), 1, 2))
                .toList();
        Tensor[] slices = SideBySide.emptyLike(parts.toArray(new Tensor[0]));
        assertThat(slices[2].sharesStorage(slices[0])).isTrue();
        assertThat(slices[1].address() - slices[0].address()).isEqualTo(6 * 4);
        Tensor[] apart = SideBySide.emptyLike(parts.get(0), parts.get(2), parts.get(1));
        assertThat(apart[1].sharesStorage(apart[0])).isFalse();
    }
}
