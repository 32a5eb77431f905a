// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A layer of the table.
 *
 * @param name name of its golden case
 * @param make makes it
 * @param function the same as a function of its state; null for layers made of layers
 */
record LayerCase(
        String name, Function<Philox, Layer> make, @Nullable Stateless function) {
    /** A layer without its module. */
    @FunctionalInterface
    interface Stateless {
        /** @param state parameters and buffers by name */
        Tensor of(Map<String, Tensor> state, Tensor x, Mode mode);
    }

    static LayerCase of(String name, Function<Philox, Layer> make, Stateless function) {
        return new LayerCase(name, make, function);
    }

    /** A layer without parameters. */
    static LayerCase plain(String name, Layer layer, Function<Tensor, Tensor> function) {
        return new LayerCase(name, random -> layer, (state, x, mode) -> function.apply(x));
    }

    static LayerCase composed(String name, Function<Philox, Layer> make) {
        return new LayerCase(name, make, null);
    }

    @Override
    public String toString() {
        return name;
    }
}
