// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.Activation;
import io.howdah.trainer.nn.AdaptiveAveragePool2d;
import io.howdah.trainer.nn.BatchNorm2d;
import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Conv2d;
import io.howdah.trainer.nn.Flatten;
import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Models that tell the class of an image. */
final class ImageModels {
    /** Name of the plain convolutional network in {@link Models}. */
    static final String CNN = "cnn";

    /** Name in {@link Models}. */
    static final String RESNET18 = "resnet18";

    /** Name in {@link Models}. */
    static final String RESNET50 = "resnet50";

    /** Images up to this height and width would vanish behind the stem for ImageNet. */
    private static final int SMALL = 64;

    private ImageModels() {}

    /**
     * 3 × 3 convolutions without bias, each with batch normalisation and ReLU, then the mean over each channel, or every
     * place of it, and a linear layer.
     */
    static TrainableModel cnn(Config config, Map<String, String> properties, long seed) {
        List<Long> widths = config.get(ImageKeys.WIDTHS);
        List<Long> strides = config.get(ImageKeys.STRIDES);
        if (widths.isEmpty() || widths.size() != strides.size()) {
            throw new IllegalArgumentException("Cannot create model: " + ImageKeys.WIDTHS.name() + "=" + widths + " "
                    + ImageKeys.STRIDES.name() + "=" + strides + ", expected one stride per width, and at least one;"
                    + " correct them");
        }
        DatasetProperties known = new DatasetProperties(properties);
        ImageColumn images = ImageColumn.of(known);
        LabelTask task = LabelTask.classes(known);
        Philox random = new Philox(seed, 0);
        List<Layer> layers = new ArrayList<>();
        long channels = images.channels();
        long height = images.height();
        long width = images.width();
        for (int i = 0; i < widths.size(); i++) {
            ConvolutionSettings settings = ConvolutionSettings.DEFAULT
                    .withStride(strides.get(i).intValue())
                    .withPadding(1);
            layers.add(new Conv2d(channels, widths.get(i), Spatial.of(3), settings, Bias.NONE, random));
            layers.add(new BatchNorm2d(widths.get(i)));
            layers.add(Activation.relu());
            channels = widths.get(i);
            height = (height - 1) / strides.get(i) + 1;
            width = (width - 1) / strides.get(i) + 1;
        }
        boolean average = config.get(ImageKeys.HEAD).equals("average");
        if (average) {
            layers.add(new AdaptiveAveragePool2d(Spatial.of(1)));
        }
        layers.add(new Flatten());
        layers.add(new Linear(average ? channels : channels * height * width, task.outputs(), random));
        return model(CNN, new Sequential(layers), images, task);
    }

    static TrainableModel resnet18(Config config, Map<String, String> properties, long seed) {
        return resnet(RESNET18, ResNet.Depth.RESNET18, config, properties, seed);
    }

    static TrainableModel resnet50(Config config, Map<String, String> properties, long seed) {
        return resnet(RESNET50, ResNet.Depth.RESNET50, config, properties, seed);
    }

    private static TrainableModel resnet(
            String name, ResNet.Depth depth, Config config, Map<String, String> properties, long seed) {
        DatasetProperties known = new DatasetProperties(properties);
        ImageColumn images = ImageColumn.of(known);
        LabelTask task = LabelTask.classes(known);
        ResNet.Stem stem = stem(config.get(ImageKeys.STEM), images);
        return model(
                name, new ResNet(depth, stem, images.channels(), task.outputs(), new Philox(seed, 0)), images, task);
    }

    private static ResNet.Stem stem(String name, ImageColumn images) {
        return switch (name) {
            case "cifar" -> ResNet.Stem.CIFAR;
            case "imagenet" -> ResNet.Stem.IMAGENET;
            default -> Math.max(images.height(), images.width()) <= SMALL ? ResNet.Stem.CIFAR : ResNet.Stem.IMAGENET;
        };
    }

    private static TrainableModel model(String name, Layer network, ImageColumn images, LabelTask task) {
        return new LabelledModel(
                name, network, batch -> network.forward(ConvolutionFunctions.channelsLast(images.read(batch))), task);
    }
}
