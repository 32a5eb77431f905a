// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.functional.AttentionFunctions.Heads;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a LLaMA is like.
 *
 * @param keyHeads G, heads of keys and values, a divisor of the heads
 * @param headWidth D, even
 * @param epsilon of its RMS normalisations
 * @param theta base of the wavelengths of the rotary positions
 * @param scaling how these are stretched
 */
public record LlamaSettings(
        TransformerSizes sizes,
        long keyHeads,
        long headWidth,
        double epsilon,
        double theta,
        RotaryScaling scaling,
        Head head) {
    private static final int MULTIPLE = 32;

    public LlamaSettings {
        if (keyHeads < 1 || headWidth < 2 || headWidth % 2 != 0 || sizes.heads() % Math.max(1, keyHeads) != 0) {
            throw new IllegalArgumentException("Cannot make llama: heads=" + sizes.heads() + " keyHeads=" + keyHeads
                    + " headWidth=" + headWidth + ", expected key heads that divide the heads, and an even width of a"
                    + " head; correct " + LanguageModelKeys.KEY_HEADS.name() + " or "
                    + LanguageModelKeys.HEAD_WIDTH.name());
        }
    }

    static LlamaSettings of(Config config, long vocabulary) {
        long width = config.get(LanguageModelKeys.WIDTH);
        long hidden = (8 * width / 3 + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
        TransformerSizes sizes = TransformerSizes.of(config, vocabulary, hidden);
        long keyHeads = config.get(LanguageModelKeys.KEY_HEADS);
        long headWidth = config.get(LanguageModelKeys.HEAD_WIDTH);
        return new LlamaSettings(
                sizes,
                keyHeads == 0 ? sizes.heads() : keyHeads,
                headWidth == 0 ? sizes.headWidth() : headWidth,
                config.get(LanguageModelKeys.EPSILON),
                config.get(LanguageModelKeys.ROPE_THETA),
                RotaryScaling.of(config),
                Head.named(config.get(LanguageModelKeys.HEAD)));
    }

    /** H and G. */
    Heads heads() {
        return new Heads(sizes.heads(), keyHeads);
    }

    /** The configuration that makes it. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(sizes.settings());
        settings.put(LanguageModelKeys.KEY_HEADS.name(), Long.toString(keyHeads));
        settings.put(LanguageModelKeys.HEAD_WIDTH.name(), Long.toString(headWidth));
        settings.put(LanguageModelKeys.EPSILON.name(), Double.toString(epsilon));
        settings.put(LanguageModelKeys.ROPE_THETA.name(), Double.toString(theta));
        settings.putAll(scaling.settings());
        settings.put(LanguageModelKeys.HEAD.name(), head.text());
        return settings;
    }
}
