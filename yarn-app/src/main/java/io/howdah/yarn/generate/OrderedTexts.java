// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.decode.GenerationRequest;
import io.howdah.trainer.decode.GenerationResult;
import io.howdah.yarn.generate.prompt.Prompt;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Passes prompts on in their own order, whatever the order in which their texts end. */
final class OrderedTexts {
    private final WrittenPrompt.Sink sink;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Map<GenerationRequest, Place> places = new IdentityHashMap<>();

    /** A prompt some of whose texts are still being written. */
    private static final class Pending {
        private final Prompt prompt;
        private final byte[] bytes;
        private final GenerationResult[] results;
        private int missing;

        Pending(Prompt prompt, byte[] bytes, int samples) {
            this.prompt = prompt;
            this.bytes = bytes;
            this.results = new GenerationResult[samples];
            this.missing = samples;
        }
    }

    private record Place(Pending pending, int sample) {}

    OrderedTexts(WrittenPrompt.Sink sink) {
        this.sink = sink;
    }

    /** The next prompt, with its requests in the order of samples; each is ended once. */
    void began(Prompt prompt, byte[] bytes, List<GenerationRequest> requests) {
        Pending entry = new Pending(prompt, bytes, requests.size());
        pending.add(entry);
        for (int sample = 0; sample < requests.size(); sample++) {
            places.put(requests.get(sample), new Place(entry, sample));
        }
    }

    /** A text has ended; prompts that wait for nothing any more are passed on. */
    void ended(GenerationResult result) throws IOException, InterruptedException {
        Place place = places.remove(result.request());
        if (place == null) {
            throw new IllegalStateException("Cannot place a text: prompt="
                    + result.request().prompt() + ", expected one that was begun; report this as a bug");
        }
        place.pending().results[place.sample()] = result;
        place.pending().missing--;
        while (!pending.isEmpty() && pending.element().missing == 0) {
            Pending first = pending.remove();
            sink.take(new WrittenPrompt(first.prompt, first.bytes, Arrays.asList(first.results)));
        }
    }

    /** Prompts that were begun and not passed on. */
    int waiting() {
        return pending.size();
    }
}
