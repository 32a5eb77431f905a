// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.functional.AttentionFunctions.Heads;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a GPT-2 is like.
 *
 * @param epsilon of its layer normalisations
 * @param dropout probability for embeddings, attention weights and branches
 */
public record Gpt2Settings(TransformerSizes sizes, Gelu activation, double epsilon, double dropout, Head head) {
    public Gpt2Settings {
        sizes.headWidth();
    }

    static Gpt2Settings of(Config config, long vocabulary) {
        return new Gpt2Settings(
                TransformerSizes.of(config, vocabulary, 4 * config.get(LanguageModelKeys.WIDTH)),
                Gelu.named(config.get(LanguageModelKeys.ACTIVATION)),
                config.get(LanguageModelKeys.EPSILON),
                config.get(LanguageModelKeys.DROPOUT),
                Head.named(config.get(LanguageModelKeys.HEAD)));
    }

    /** What the attention of its blocks is like. */
    SelfAttention.Settings attention(SelfAttention.Sight sight) {
        return new SelfAttention.Settings(
                sizes.width(), new Heads(sizes.heads(), sizes.heads()), sizes.headWidth(), Bias.LEARNT, sight, dropout);
    }

    /** The configuration that makes it. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(sizes.settings());
        settings.put(LanguageModelKeys.ACTIVATION.name(), activation.text());
        settings.put(LanguageModelKeys.EPSILON.name(), Double.toString(epsilon));
        settings.put(LanguageModelKeys.DROPOUT.name(), Double.toString(dropout));
        settings.put(LanguageModelKeys.HEAD.name(), head.text());
        return settings;
    }
}
