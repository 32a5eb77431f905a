// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of models of images. */
public final class ImageKeys {
    public static final Key<String> STEM = Key.choice(
            "howdah.model.resnet.stem",
            "auto",
            List.of("auto", "cifar", "imagenet"),
            "resnet18, resnet50: first layers. imagenet quarters height and width, cifar keeps them; auto takes cifar for"
                    + " images of at most 64 by 64.");

    public static final Key<List<Long>> WIDTHS = Key.integers(
            "howdah.model.cnn.widths",
            List.of(64L, 64L, 128L, 128L, 256L, 256L),
            1,
            65_536,
            "cnn: channels of the convolutions, in forward order.");

    public static final Key<List<Long>> STRIDES = Key.integers(
            "howdah.model.cnn.strides",
            List.of(1L, 1L, 2L, 1L, 2L, 1L),
            1,
            64,
            "cnn: step of each convolution, as many as widths.");

    public static final Key<String> HEAD = Key.choice(
            "howdah.model.cnn.head",
            "average",
            List.of("average", "flatten"),
            "cnn: what the last layer sees. average: the mean of each channel, wherever a feature was; flatten: every place of"
                    + " every channel, for images whose parts keep their places.");

    public static final List<Key<?>> ALL = List.of(STEM, WIDTHS, STRIDES, HEAD);

    private ImageKeys() {}
}
