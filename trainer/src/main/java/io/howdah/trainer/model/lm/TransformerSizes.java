// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What all transformers have.
 *
 * @param vocabulary V, number of tokens
 * @param context number of positions
 * @param width E, width of a position
 * @param layers number of blocks
 * @param heads H, heads of queries
 * @param hidden F, width inside the feed-forward part
 */
public record TransformerSizes(long vocabulary, long context, long width, int layers, long heads, long hidden) {
    public TransformerSizes {
        if (vocabulary < 1 || context < 1 || width < 1 || layers < 1 || heads < 1 || hidden < 1) {
            throw new IllegalArgumentException("Cannot make transformer: vocabulary=" + vocabulary + " context="
                    + context + " width=" + width + " layers=" + layers + " heads=" + heads + " hidden=" + hidden
                    + ", expected sizes above 0; correct them");
        }
    }

    /** @param defaultHidden F where it is not set */
    static TransformerSizes of(Config config, long vocabulary, long defaultHidden) {
        long hidden = config.get(LanguageModelKeys.HIDDEN);
        return new TransformerSizes(
                vocabulary,
                config.get(LanguageModelKeys.CONTEXT),
                config.get(LanguageModelKeys.WIDTH),
                config.getInt(LanguageModelKeys.LAYERS),
                config.get(LanguageModelKeys.HEADS),
                hidden == 0 ? defaultHidden : hidden);
    }

    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(LanguageModelKeys.VOCABULARY.name(), Long.toString(vocabulary));
        settings.put(LanguageModelKeys.CONTEXT.name(), Long.toString(context));
        settings.put(LanguageModelKeys.WIDTH.name(), Long.toString(width));
        settings.put(LanguageModelKeys.LAYERS.name(), Integer.toString(layers));
        settings.put(LanguageModelKeys.HEADS.name(), Long.toString(heads));
        settings.put(LanguageModelKeys.HIDDEN.name(), Long.toString(hidden));
        return settings;
    }

    /** D = E / H, for models whose heads share the width. */
    long headWidth() {
        if (width % heads != 0) {
            throw new IllegalArgumentException("Cannot make transformer: width=" + width + " heads=" + heads
                    + ", expected a width that the heads divide; correct " + LanguageModelKeys.WIDTH.name() + " or "
                    + LanguageModelKeys.HEADS.name());
        }
        return width / heads;
    }
}
