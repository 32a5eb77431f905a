// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.AdaptiveAveragePool2d;
import io.howdah.trainer.nn.BatchNorm2d;
import io.howdah.trainer.nn.Conv2d;
import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.MaxPool2d;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A residual network: [B, C, H, W] to logits [B, N]. Parameters have torchvision's names ({@code conv1}, {@code bn1},
 * {@code layer1.0.conv1}, {@code layer2.0.downsample.0}, …, {@code fc}), strides are where it has them, and first weights
 * have its distributions: normal with variance 2/(K·R·S) for convolutions, 1 and 0 for normalisations.
 *
 * <p>Source: He et al., “Deep Residual Learning for Image Recognition”, 2016; the stride of a bottleneck is in its 3 × 3
 * convolution, as in torchvision. The CIFAR stem is the usual change for small images.
 */
public final class ResNet extends Layer {
    private static final int STEM_WIDTH = 64;

    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final Layer pool;
    private final List<Sequential> stages = new ArrayList<>();
    private final AdaptiveAveragePool2d mean = new AdaptiveAveragePool2d(Spatial.of(1));
    private final Linear fc;

    /** What comes before the first stage. */
    public enum Stem {
        /** A 7 × 7 convolution of stride 2 and a 3 × 3 maximum of stride 2. */
        IMAGENET,
        /** A 3 × 3 convolution. */
        CIFAR
    }

    /** Kind and number of the blocks of the four stages. */
    public enum Depth {
        RESNET18(ResidualBlock.Kind.BASIC, 2, 2, 2, 2),
        RESNET50(ResidualBlock.Kind.BOTTLENECK, 3, 4, 6, 3);

        private final ResidualBlock.Kind kind;
        private final int[] blocks;

        Depth(ResidualBlock.Kind kind, int... blocks) {
            this.kind = kind;
            this.blocks = blocks;
        }
    }

    /**
     * @param channels C
     * @param classes N
     */
    public ResNet(Depth depth, Stem stem, long channels, long classes, Philox random) {
        boolean large = stem == Stem.IMAGENET;
        this.conv1 = child(
                "conv1",
                ResidualBlock.convolution(channels, STEM_WIDTH, Spatial.of(large ? 7 : 3), large ? 2 : 1, random));
        this.bn1 = child("bn1", new BatchNorm2d(STEM_WIDTH));
        this.pool = child(
                "maxpool",
                large ? new MaxPool2d(Pooling.of(3).withStride(2).withPadding(1)) : new Sequential(List.of()));
        long inputs = STEM_WIDTH;
        for (int stage = 0; stage < depth.blocks.length; stage++) {
            long width = (long) STEM_WIDTH << stage;
            List<Layer> blocks = new ArrayList<>();
            for (int block = 0; block < depth.blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                blocks.add(new ResidualBlock(depth.kind, inputs, width, stride, random));
                inputs = width * depth.kind.expansion();
            }
            stages.add(child("layer" + (stage + 1), new Sequential(blocks)));
        }
        child("avgpool", mean);
        this.fc = child("fc", new Linear(inputs, classes, random));
    }

    @Override
    protected Tensor compute(Tensor images) {
        return Composite.of(() -> {
            Tensor x = pool.forward(Activations.relu(bn1.forward(conv1.forward(images))));
            for (Sequential stage : stages) {
                x = stage.forward(x);
            }
            return fc.forward(Views.flatten(mean.forward(x), 1, -1));
        });
    }

    @Override
    protected String expected() {
        return "images [B, C, H, W]";
    }
}
