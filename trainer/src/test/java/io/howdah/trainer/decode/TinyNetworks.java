// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.model.lm.Gelu;
import io.howdah.trainer.model.lm.Gpt2Network;
import io.howdah.trainer.model.lm.Gpt2Settings;
import io.howdah.trainer.model.lm.Head;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.LlamaNetwork;
import io.howdah.trainer.model.lm.LlamaSettings;
import io.howdah.trainer.model.lm.RotaryScaling;
import io.howdah.trainer.model.lm.TransformerSizes;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;

/** Random networks whose weights are large enough that every part matters. */
public final class TinyNetworks {
    private static final float FACTOR = 8;

    private TinyNetworks() {}

    public static LanguageNetwork llama(int vocabulary, int layers, long seed) {
        TransformerSizes sizes = new TransformerSizes(vocabulary, 600, 32, layers, 4, 48);
        return enlarged(new LlamaNetwork(
                new LlamaSettings(sizes, 2, 8, 1e-6, 10000, RotaryScaling.NONE, Head.UNTIED), new Philox(seed, 0)));
    }

    public static LanguageNetwork gpt2(int vocabulary, int layers, long seed) {
        TransformerSizes sizes = new TransformerSizes(vocabulary, 600, 32, layers, 4, 64);
        return enlarged(new Gpt2Network(new Gpt2Settings(sizes, Gelu.TANH, 1e-5, 0, Head.TIED), new Philox(seed, 0)));
    }

    private static LanguageNetwork enlarged(LanguageNetwork network) {
        enlarge(network);
        return network;
    }

    /** Makes weights large enough that every part matters; those that are 0 become random. */
    public static void enlarge(Module module) {
        Philox random = new Philox(77, 0);
        for (Tensor parameter : module.parameters().values()) {
            if (parameter.shape().rank() == 2) {
                for (long i = 0; i < parameter.elements(); i++) {
                    long address = parameter.address() + 4 * i;
                    float old = Memory.getFloat(address);
                    Memory.putFloat(address, old == 0 ? (float) (0.2 * random.nextGaussian()) : FACTOR * old);
                }
                parameter.bumpVersion();
            }
        }
    }
}
