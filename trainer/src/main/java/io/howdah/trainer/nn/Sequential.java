// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Layers one after the other, under the names 0, 1, …, or under given names. */
public final class Sequential extends Layer {
    private final List<Layer> layers;

    /** @param layers in the order in which they run; none returns the input */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** @param layers in the order in which they run; none returns the input */
    public Sequential(List<? extends Layer> layers) {
        this.layers = List.copyOf(layers);
        for (int i = 0; i < layers.size(); i++) {
            child(Integer.toString(i), layers.get(i));
        }
    }

    /** @param layers by name, in the order in which they run */
    public Sequential(Map<String, ? extends Layer> layers) {
        this.layers = List.copyOf(layers.values());
        layers.forEach(this::child);
    }

    @Override
    protected Tensor compute(Tensor x) {
        Tensor result = x;
        for (Layer layer : layers) {
            result = layer.forward(result);
        }
        return result;
    }

    /** The layers in the order in which they run. */
    public List<Layer> layers() {
        return layers;
    }
}
