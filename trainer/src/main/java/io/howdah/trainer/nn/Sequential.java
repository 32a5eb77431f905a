// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Layers one after the other, under the names 0, 1, …, or under given names. What a layer hands to the next belongs to these
 * two: it is freed once it was used, or with the graph that has saved it. A layer that is to find its result or its input
 * later {@linkplain Tensor#keep keeps} it.
 */
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
            Tensor next = layer.forward(result);
            if (!result.sharesStorage(x) && !result.sharesStorage(next)) {
                StepScope.letGo(result);
            }
            result = next;
        }
        return result;
    }

    /** The layers in the order in which they run. */
    public List<Layer> layers() {
        return layers;
    }
}
