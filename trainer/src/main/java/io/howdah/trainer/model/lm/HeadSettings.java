// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.tensor.Philox;

/**
 * Which heads a network has beside its own.
 *
 * @param count K, how many tokens they predict behind the next one
 * @param scores where the weight that gives a head's scores comes from: TIED for the network's own, UNTIED for one of the
 *     head's, which begins as a copy; UNTIED for Medusa's heads alone
 */
public record HeadSettings(HeadKind kind, int count, Head scores) {
    /** Names of the parameters of heads begin with it. */
    public static final String PREFIX = "heads.";

    /** The random numbers of heads are others than the network's, whose first weights they leave alone. */
    private static final long STREAM = 1;

    public HeadSettings {
        if (count < 1 || scores == Head.UNTIED && kind != HeadKind.MEDUSA) {
            throw new IllegalArgumentException("Cannot make heads: kind=" + kind.text() + " count=" + count + " scores="
                    + scores.text() + ", expected at least 1, and scores tied but for medusa; correct them");
        }
    }

    /** Heads of a network that share its weights. */
    public static HeadSettings of(HeadKind kind, int count) {
        return new HeadSettings(kind, count, Head.TIED);
    }

    /**
     * Heads with first weights, not attached.
     *
     * @throws IllegalArgumentException if the network is no decoder of the known kinds
     */
    public TokenHeads create(LanguageNetwork network, long seed) {
        return create(network, FirstWeights.drawn(new Philox(seed, STREAM)));
    }

    /** Heads that hold arbitrary values until a state is loaded. */
    public TokenHeads toBeLoaded(LanguageNetwork network) {
        return create(network, FirstWeights.toBeLoaded());
    }

    private TokenHeads create(LanguageNetwork network, FirstWeights first) {
        HeadParts parts = network.headParts()
                .orElseThrow(() -> new IllegalArgumentException("Cannot make heads: network="
                        + network.getClass().getSimpleName()
                        + ", expected a decoder of causal blocks, such as gpt2 or llama; use another model"));
        return switch (kind) {
            case MEDUSA -> new MedusaHeads(this, parts);
            case PARALLEL -> new ParallelHeads(this, parts, first);
            case SEQUENTIAL -> new SequentialHeads(this, parts, first);
        };
    }
}
