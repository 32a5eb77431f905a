// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.GenerationRequest.Logprobs;
import io.howdah.trainer.decode.engine.Products;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.speculate.AcceptanceRule;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.tensor.DType;
import java.util.List;
import java.util.Set;

/** What {@link DecodeKeys} say, in the terms of the generator. */
public record DecodeSettings(Config config) {
    private static final int MIB_SHIFT = 20;

    /** Dtype of the weights. */
    public DType dtype() {
        return config.get(DecodeKeys.PRECISION).equals("bf16") ? DType.BFLOAT16 : DType.FLOAT32;
    }

    /** @throws IllegalArgumentException for oneDNN's products in float32, where they are no faster */
    public Products products() {
        Products products = Products.of(config.get(DecodeKeys.PRODUCTS));
        if (products == Products.ONEDNN && dtype() != DType.BFLOAT16) {
            throw new IllegalArgumentException("Cannot write: " + DecodeKeys.PRODUCTS.name() + "=" + products.text()
                    + " " + DecodeKeys.PRECISION.name() + "=" + config.get(DecodeKeys.PRECISION)
                    + ", expected bf16; change one of them");
        }
        return products;
    }

    /** Texts for each prompt. */
    public int samples() {
        return config.getInt(DecodeKeys.SAMPLES);
    }

    /** Most texts at a time. */
    public int live() {
        return config.getInt(DecodeKeys.BATCH_SIZE);
    }

    /** Most tokens of a text, where its prompt says nothing else. */
    public int maximum() {
        return config.getInt(DecodeKeys.MAX_TOKENS);
    }

    /** Seed of the noise, where a prompt says nothing else. */
    public long seed() {
        return config.get(DecodeKeys.SEED);
    }

    public boolean speculates() {
        return !config.get(DecodeKeys.DRAFTER).equals(Drafters.NONE);
    }

    /** Whether drafts leave every token as it would be without them. */
    public boolean matchesSamples() {
        return rule().name().equals(AcceptanceRules.sampleMatch().name());
    }

    public AcceptanceRule rule() {
        return AcceptanceRules.named(config.get(DecodeKeys.ACCEPTANCE));
    }

    /** Tokens of every draft, or 0 for what pays. */
    public int draftLength() {
        return config.getInt(DecodeKeys.DRAFT_LENGTH);
    }

    public Logprobs logprobs() {
        return config.get(DecodeKeys.LOGPROBS) ? Logprobs.WRITTEN : Logprobs.NONE;
    }

    public GeneratorSettings generator() {
        return GeneratorSettings.of(live(), config.get(DecodeKeys.CACHE_MIB) << MIB_SHIFT);
    }

    public SamplingSettings sampling(long seed) {
        return new SamplingSettings(
                config.get(DecodeKeys.TEMPERATURE),
                config.getInt(DecodeKeys.TOP_K),
                config.get(DecodeKeys.TOP_P),
                config.get(DecodeKeys.MIN_P),
                config.get(DecodeKeys.REPETITION_PENALTY),
                seed);
    }

    /** @param endTokens the model's */
    public StopSettings stop(int maximum, Set<Integer> endTokens) {
        List<String> stops = config.get(DecodeKeys.STOP);
        return new StopSettings(maximum, endTokens, stops);
    }
}
