// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.Activation;
import io.howdah.trainer.nn.Dropout;
import io.howdah.trainer.nn.Layer;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Linear layers with an activation, and dropout where it is not 0, behind each but the last: [B, K] to [B, N]. With
 * ReLU and without dropout the layers have the names 0, 2, 4, ….
 */
final class Perceptron {
    /** Name in {@link Models}. */
    static final String NAME = "mlp";

    private Perceptron() {}

    /**
     * What stands behind each hidden layer.
     *
     * @param activation a name of {@link Activation}
     * @param dropout probability that an element is dropped
     */
    record Hidden(String activation, double dropout) {
        static final Hidden RELU = new Hidden("relu", 0);
    }

    /** Reads the features of a dataset; {@link LabelTask#of} tells what it learns. */
    static TrainableModel create(Config config, Map<String, String> properties, long seed) {
        DatasetProperties known = new DatasetProperties(properties);
        FeatureColumn features = FeatureColumn.of(known);
        LabelTask task = LabelTask.of(known);
        Hidden hidden = new Hidden(config.get(PerceptronKeys.ACTIVATION), config.get(PerceptronKeys.DROPOUT));
        Sequential layers = layers(
                features.width(), config.get(PerceptronKeys.HIDDEN), task.outputs(), hidden, new Philox(seed, 0));
        return new LabelledModel(
                NAME, layers, batch -> layers.forward(features.read().apply(batch)), task);
    }

    /**
     * The layers.
     *
     * @param inputs K
     * @param widths of the hidden layers
     * @param outputs N
     */
    static Sequential layers(long inputs, List<Long> widths, long outputs, Hidden hidden, Philox random) {
        List<Layer> layers = hidden(inputs, widths, hidden, random);
        layers.add(new Linear(widths.isEmpty() ? inputs : widths.get(widths.size() - 1), outputs, random));
        return new Sequential(layers);
    }

    /** Hidden layers alone; the list can be added to. */
    static List<Layer> hidden(long inputs, List<Long> widths, Hidden hidden, Philox random) {
        List<Layer> layers = new ArrayList<>();
        long width = inputs;
        for (long next : widths) {
            layers.add(new Linear(width, next, random));
            layers.add(Activation.named(hidden.activation()));
            if (hidden.dropout() > 0) {
                layers.add(new Dropout(hidden.dropout()));
            }
            width = next;
        }
        return layers;
    }
}
