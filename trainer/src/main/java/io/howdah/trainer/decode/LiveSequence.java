// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.GenerationRequest.Logprobs;
import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.sampling.SeededChance;
import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.sampling.TokenHistory;
import io.howdah.trainer.decode.speculate.DraftTree;

/** A text in the making. Its cache covers what was read; the last token of its history is read by the next step. */
final class LiveSequence {
    private final int number;
    private final GenerationRequest request;
    private final CachedSequence cached;
    private final SequenceSampler sampler;
    private final WrittenText text;
    private final DraftTree drafts = new DraftTree();
    private final int limit;

    LiveSequence(int number, GenerationRequest request, CachedSequence cached, TokenBytes bytes, int limit) {
        this.number = number;
        this.request = request;
        this.cached = cached;
        this.limit = limit;
        this.sampler = new SequenceSampler(
                request.sampling(),
                new SeededChance(request.sampling().seed(), request.prompt(), request.sample()),
                new TokenHistory(request.tokens()));
        this.text = new WrittenText(request.stop(), bytes, limit - request.tokens().length);
    }

    int number() {
        return number;
    }

    CachedSequence cached() {
        return cached;
    }

    SequenceSampler sampler() {
        return sampler;
    }

    WrittenText text() {
        return text;
    }

    DraftTree drafts() {
        return drafts;
    }

    /** Tokens before the last one that no forward has read. */
    int unread() {
        return sampler.history().length() - 1 - cached.committed();
    }

    /** Tokens that may be drafted one behind the other, so that one more still fits. */
    int draftable() {
        return Math.max(0, limit - sampler.history().length() - 1);
    }

    boolean wantsLogprobs() {
        return request.logprobs() == Logprobs.WRITTEN;
    }

    GenerationResult result() {
        return text.result(request);
    }
}
