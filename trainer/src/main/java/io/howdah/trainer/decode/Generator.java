// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.engine.CachedSequence;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.DecoderRows;
import io.howdah.trainer.decode.engine.KvCache;
import io.howdah.trainer.decode.engine.NodeBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes texts, many at a time: sequences join as soon as there is room and leave as soon as they end (Yu et al., “Orca”,
 * 2022). What is written for a request depends neither on the other requests nor, under a rule that matches samples, on
 * drafts. Used by one thread.
 */
public final class Generator implements AutoCloseable {
    private final DecoderNetwork network;
    private final GeneratorSettings settings;
    private final TokenBytes bytes;
    private final KvCache cache;
    private final @Nullable Speculation speculation;
    private final Verification verification;
    private final DecodingCounts counts = new DecodingCounts();
    private final LongSupplier clock;
    private final Deque<GenerationRequest> waiting = new ArrayDeque<>();
    private final List<LiveSequence> live = new ArrayList<>();
    private final Deque<Integer> numbers = new ArrayDeque<>();
    private final NodeBatch batch = new NodeBatch();

    /**
     * @param bytes what tokens stand for
     * @param speculation null for none
     * @throws IllegalArgumentException if the drafter has another vocabulary
     */
    public Generator(
            DecoderNetwork network, TokenBytes bytes, GeneratorSettings settings, @Nullable Speculation speculation) {
        this(network, bytes, settings, speculation, System::nanoTime);
    }

    Generator(
            DecoderNetwork network,
            TokenBytes bytes,
            GeneratorSettings settings,
            @Nullable Speculation speculation,
            LongSupplier clock) {
        if (speculation != null) {
            int own = speculation.drafter().vocabulary().orElse(network.vocabulary());
            if (own != network.vocabulary()) {
                throw new IllegalArgumentException(
                        "Cannot draft: drafter=" + speculation.drafter().name()
                                + " vocabulary=" + own + ", expected the model's " + network.vocabulary()
                                + "; use a drafter with the same tokenizer");
            }
        }
        this.network = network;
        this.bytes = bytes;
        this.settings = settings;
        this.cache = network.cache(settings.cacheBytes());
        this.speculation = speculation;
        this.clock = clock;
        this.verification = new Verification(network, cache, speculation, counts, clock);
        for (int number = 0; number < settings.live(); number++) {
            numbers.add(number);
        }
    }

    /**
     * Adds a text to be written.
     *
     * @throws IllegalArgumentException if the model cannot read the prompt, or the cache cannot hold the text
     */
    public void submit(GenerationRequest request) {
        int prompt = request.tokens().length;
        if (prompt >= network.context() || cache.bytes(slots(request)) > settings.cacheBytes()) {
            throw new IllegalArgumentException("Cannot generate: prompt=" + request.prompt() + " tokens=" + prompt
                    + " maximum=" + request.stop().maximum() + ", expected fewer tokens than the context "
                    + network.context() + " and a cache of at most " + settings.cacheBytes()
                    + " bytes; shorten the prompt, or raise the budget of the cache");
        }
        for (int token : request.tokens()) {
            if (token < 0 || token >= network.vocabulary()) {
                throw new IllegalArgumentException("Cannot generate: prompt=" + request.prompt() + " token=" + token
                        + ", expected 0 to " + (network.vocabulary() - 1) + "; tokenise for this model");
            }
        }
        waiting.add(request);
    }

    /** Tokens of a text with its prompt, at most. */
    private int length(GenerationRequest request) {
        return (int) Math.min(
                network.context(),
                (long) request.tokens().length + request.stop().maximum());
    }

    /** Slots of the cache: those of the text, and those of one step's drafts. */
    private int slots(GenerationRequest request) {
        return length(request) + verification.mostNodes();
    }

    /** Whether there is anything left to do. */
    public boolean isBusy() {
        return !waiting.isEmpty() || !live.isEmpty();
    }

    /** Sequences that are being written. */
    public int live() {
        return live.size();
    }

    /** Does one forward: reads prompts if any are unread, else writes on. Returns the texts that it ended. */
    public List<GenerationResult> step() {
        long start = clock.getAsLong();
        admit();
        boolean unread = live.stream().anyMatch(sequence -> sequence.unread() > 0);
        if (unread) {
            int rows = prefill();
            counts.prefilled(rows, clock.getAsLong() - start);
            return List.of();
        }
        verification.step(live);
        counts.decoded(clock.getAsLong() - start);
        return leave();
    }

    private void admit() {
        while (!waiting.isEmpty() && !numbers.isEmpty()) {
            GenerationRequest request = waiting.element();
            if (!hasRoomFor(slots(request))) {
                return;
            }
            waiting.remove();
            int number = numbers.remove();
            CachedSequence cached = cache.open(slots(request));
            LiveSequence sequence = new LiveSequence(number, request, cached, bytes, length(request));
            if (speculation != null) {
                speculation.drafter().open(number, sequence.sampler(), slots(request));
            }
            live.add(sequence);
        }
    }

    private boolean hasRoomFor(int positions) {
        boolean drafts = speculation == null || speculation.drafter().hasRoomFor(positions);
        if (!drafts && live.isEmpty()) {
            throw new IllegalStateException("Cannot generate: the drafter's cache has no room for positions="
                    + positions + ", expected room for one text; raise its budget");
        }
        return drafts && cache.hasRoomFor(positions);
    }

    /** Reads the next tokens of prompts, but for their last ones. */
    private int prefill() {
        batch.clear();
        NodeBatch.Wanted wanted = verification.wantedOfPrompts();
        List<Verification.Part> parts = new ArrayList<>();
        for (LiveSequence sequence : live) {
            int count = Math.min(sequence.unread(), settings.prefillRows() - batch.rows());
            int first = sequence.cached().committed();
            int row = batch.rows();
            int parent = CachedSequence.COMMITTED;
            for (int i = 0; i < count; i++) {
                int token = sequence.sampler().history().token(first + i);
                parent = batch.add(sequence.cached(), token, parent, wanted);
            }
            if (count > 0) {
                parts.add(new Verification.Part(sequence, first, row, count));
            }
        }
        DecoderRows rows = network.forward(cache, batch);
        parts.forEach(part -> part.sequence().cached().acceptChain(part.count()));
        parts.forEach(part -> verification.observe(part, rows));
        return batch.rows();
    }

    private List<GenerationResult> leave() {
        List<GenerationResult> results = new ArrayList<>();
        for (Iterator<LiveSequence> all = live.iterator(); all.hasNext(); ) {
            LiveSequence sequence = all.next();
            if (sequence.text().hasEnded()) {
                all.remove();
                sequence.cached().close();
                numbers.add(sequence.number());
                if (speculation != null) {
                    speculation.drafter().close(sequence.number());
                }
                counts.ended();
                results.add(sequence.result());
            }
        }
        return results;
    }

    /** Writes all of these texts; results come in the order of the requests. */
    public List<GenerationResult> generate(List<GenerationRequest> requests) {
        Map<GenerationRequest, Deque<Integer>> places = new HashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            submit(requests.get(i));
            places.computeIfAbsent(requests.get(i), request -> new ArrayDeque<>())
                    .add(i);
        }
        GenerationResult[] results = new GenerationResult[requests.size()];
        while (isBusy()) {
            for (GenerationResult result : step()) {
                results[Objects.requireNonNull(places.get(result.request())).remove()] = result;
            }
        }
        return Arrays.asList(results);
    }

    /** What was done so far. */
    public DecodingStatistics statistics() {
        return counts.statistics();
    }

    /** Gives up what is not written yet. */
    @Override
    public void close() {
        live.forEach(sequence -> sequence.cached().close());
        live.clear();
        waiting.clear();
        if (speculation != null) {
            speculation.drafter().close();
        }
    }
}
