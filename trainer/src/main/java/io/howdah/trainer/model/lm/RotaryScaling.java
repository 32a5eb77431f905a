// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How the frequencies of rotary positions are lowered for contexts longer than those of the first training.
 *
 * @param rule which frequencies are lowered
 * @param factor by how much, at least 1
 * @param low turns in the original context, below which LLAMA3 lowers in full
 * @param high turns in the original context, above which LLAMA3 does not lower
 * @param original context of the first training
 */
public record RotaryScaling(Rule rule, double factor, double low, double high, long original) {
    /** No scaling. */
    public static final RotaryScaling NONE = new RotaryScaling(Rule.NONE, 1, 1, 4, 8192);

    /** Which frequencies are lowered. */
    public enum Rule {
        NONE("none"),
        /** All alike (Chen et al., “Extending context window of large language models via positional interpolation”, 2023). */
        LINEAR("linear"),
        /** The low ones in full, the high ones not at all, those between in part; as in Llama 3.1. */
        LLAMA3("llama3");

        private final String text;

        Rule(String text) {
            this.text = text;
        }

        /** Name in the configuration, and in Hugging Face's. */
        public String text() {
            return text;
        }
    }

    public RotaryScaling {
        if (rule == Rule.LLAMA3 && !(high > low)) {
            throw new IllegalArgumentException("Cannot scale rotary positions: low=" + low + " high=" + high
                    + ", expected low < high; correct " + LanguageModelKeys.ROPE_LOW.name() + " and "
                    + LanguageModelKeys.ROPE_HIGH.name());
        }
    }

    static List<String> names() {
        return Arrays.stream(Rule.values()).map(Rule::text).toList();
    }

    static RotaryScaling of(Config config) {
        String name = config.get(LanguageModelKeys.ROPE_SCALING);
        Rule rule = Arrays.stream(Rule.values())
                .filter(known -> known.text.equals(name))
                .findFirst()
                .orElseThrow();
        return new RotaryScaling(
                rule,
                config.get(LanguageModelKeys.ROPE_FACTOR),
                config.get(LanguageModelKeys.ROPE_LOW),
                config.get(LanguageModelKeys.ROPE_HIGH),
                config.get(LanguageModelKeys.ROPE_ORIGINAL));
    }

    Map<String, String> settings() {
        return Map.of(
                LanguageModelKeys.ROPE_SCALING.name(), rule.text,
                LanguageModelKeys.ROPE_FACTOR.name(), Double.toString(factor),
                LanguageModelKeys.ROPE_LOW.name(), Double.toString(low),
                LanguageModelKeys.ROPE_HIGH.name(), Double.toString(high),
                LanguageModelKeys.ROPE_ORIGINAL.name(), Long.toString(original));
    }

    /** The scaled frequencies, in radians per position. */
    double[] of(double[] frequencies) {
        return Arrays.stream(frequencies).map(this::of).toArray();
    }

    private double of(double frequency) {
        return switch (rule) {
            case NONE -> frequency;
            case LINEAR -> frequency / factor;
            case LLAMA3 -> {
                double turns = original * frequency / (2 * Math.PI);
                double kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
                yield (1 - kept) * frequency / factor + kept * frequency;
            }
        };
    }
}
