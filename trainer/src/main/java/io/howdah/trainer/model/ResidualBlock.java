// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.BatchNorm2d;
import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Conv2d;
import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * relu(f(x) + x): [B, C, H, W] to [B, K, P, Q]. f is a row of convolutions without bias, each with batch normalisation,
 * and ReLU between them; where it changes the shape, x goes through a 1 × 1 convolution with batch normalisation.
 */
final class ResidualBlock extends Layer {
    private final List<Conv2d> convolutions = new ArrayList<>();
    private final List<BatchNorm2d> norms = new ArrayList<>();
    private final @Nullable Sequential downsample;

    /** The convolutions of f. */
    enum Kind {
        /** Two of 3 × 3; the first has the stride. */
        BASIC(1, 3, 3),
        /** 1 × 1, 3 × 3 with the stride, and 1 × 1 to four times the width. */
        BOTTLENECK(4, 1, 3, 1);

        private final int expansion;
        private final int[] kernels;

        Kind(int expansion, int... kernels) {
            this.expansion = expansion;
            this.kernels = kernels;
        }

        /** K over the width of the block. */
        int expansion() {
            return expansion;
        }

        private int strided() {
            return this == BASIC ? 0 : 1;
        }
    }

    /**
     * @param inputs C
     * @param width K over the expansion of the kind
     */
    ResidualBlock(Kind kind, long inputs, long width, int stride, Philox random) {
        long outputs = width * kind.expansion;
        long channels = inputs;
        for (int i = 0; i < kind.kernels.length; i++) {
            long next = i == kind.kernels.length - 1 ? outputs : width;
            int step = i == kind.strided() ? stride : 1;
            convolutions.add(
                    child("conv" + (i + 1), convolution(channels, next, Spatial.of(kind.kernels[i]), step, random)));
            norms.add(child("bn" + (i + 1), new BatchNorm2d(next)));
            channels = next;
        }
        this.downsample = stride == 1 && inputs == outputs
                ? null
                : child(
                        "downsample",
                        new Sequential(
                                convolution(inputs, outputs, Spatial.of(1), stride, random), new BatchNorm2d(outputs)));
    }

    /** A convolution without bias that keeps height and width but for the stride, its weight normal with variance 2/(K·R·S). */
    static Conv2d convolution(long inputs, long outputs, Spatial kernel, int stride, Philox random) {
        ConvolutionSettings settings =
                ConvolutionSettings.DEFAULT.withStride(stride).withPadding(kernel.height() / 2);
        Conv2d layer = new Conv2d(inputs, outputs, kernel, settings, Bias.NONE, random);
        double deviation = Math.sqrt(2.0 / (outputs * kernel.height() * kernel.width()));
        FloatBuffer weight = layer.parameter("weight").buffer().asFloatBuffer();
        while (weight.hasRemaining()) {
            weight.put((float) (random.nextGaussian() * deviation));
        }
        return layer;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Composite.of(() -> {
            Tensor y = x;
            for (int i = 0; i < convolutions.size(); i++) {
                y = norms.get(i).forward(convolutions.get(i).forward(i == 0 ? y : Activations.relu(y)));
            }
            return Activations.relu(Arithmetic.add(y, downsample == null ? x : downsample.forward(x)));
        });
    }

    @Override
    protected String expected() {
        return "images [B, C, H, W]";
    }
}
