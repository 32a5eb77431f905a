// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.decode.DecodeSettings;
import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.trainer.decode.GenerationRequest;
import io.howdah.trainer.decode.GenerationResult;
import io.howdah.trainer.decode.Generator;
import io.howdah.yarn.generate.prompt.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes behind all prompts of a task, many at a time and in order. If drafts are used, the last prompts are written as a
 * batch of their own, and once more without drafts: both in the same process, one right behind the other, when everything
 * is compiled. A task with few texts before them writes them with drafts a second time, which is measured instead.
 */
final class TextWriting {
    private static final Logger LOG = LoggerFactory.getLogger(TextWriting.class);
    /** A long text holds up the passing on of so many batches' prompts, then the beginning of new ones. */
    private static final int BATCHES_AHEAD = 16;

    private final LoadedModel model;
    private final DecodeSettings settings;
    private final Writers writers;
    private final boolean skips;
    private final Runnable progress;
    private long prompts;
    private long refused;
    private DecodingStatistics all = TaskStatistics.NOTHING;

    /** Texts that are written twice: their requests in order, and what was written first. */
    private record Cohort(List<GenerationRequest> requests, Map<GenerationRequest, GenerationResult> results) {}

    /** Where prompts come from. */
    @FunctionalInterface
    interface Source {
        /** The next one, or null at the end. */
        @Nullable
        Prompt next() throws IOException, InterruptedException;
    }

    /**
     * @param skips whether a prompt too long for the model is skipped
     * @param progress called now and then
     */
    TextWriting(LoadedModel model, Writers writers, DecodeSettings settings, boolean skips, Runnable progress) {
        this.model = model;
        this.writers = writers;
        this.settings = settings;
        this.skips = skips;
        this.progress = progress;
    }

    /**
     * Writes behind all prompts of {@code source}.
     *
     * @param compared how many of them are written once more without drafts; the last ones
     */
    TaskStatistics write(Source source, int compared, WrittenPrompt.Sink sink)
            throws IOException, InterruptedException {
        Deque<Prompt> ahead = new ArrayDeque<>();
        try (Generator generator = writers.drafting()) {
            run(generator, () -> beforeLast(source, ahead, compared), new OrderedTexts(sink), null);
            all = all.plus(generator.statistics());
        }
        if (ahead.isEmpty()) {
            return new TaskStatistics(prompts, refused, all, TaskStatistics.NOTHING, TaskStatistics.NOTHING, 0);
        }
        Cohort cohort = new Cohort(new ArrayList<>(), new IdentityHashMap<>());
        long before = all.sequences();
        DecodingStatistics drafted;
        try (Generator generator = writers.drafting()) {
            run(generator, ahead::poll, new OrderedTexts(sink), cohort);
            drafted = generator.statistics();
            all = all.plus(drafted);
        }
        DecodingStatistics plain;
        long different;
        try (Generator generator = writers.plain()) {
            different = again(generator, cohort);
            plain = generator.statistics();
        }
        if (before < drafted.sequences()) {
            // Meanwhile the machine's code was still being made.
            try (Generator generator = writers.drafting()) {
                different += again(generator, cohort);
                drafted = generator.statistics();
            }
        }
        return new TaskStatistics(prompts, refused, all, drafted, plain, different);
    }

    /** The next prompt, unless only the last {@code kept} are left, which stay in {@code ahead}. */
    private static @Nullable Prompt beforeLast(Source source, Deque<Prompt> ahead, int kept)
            throws IOException, InterruptedException {
        while (ahead.size() <= kept) {
            Prompt next = source.next();
            if (next == null) {
                return null;
            }
            ahead.add(next);
        }
        return ahead.remove();
    }

    private void run(Generator generator, Source source, OrderedTexts ordered, @Nullable Cohort cohort)
            throws IOException, InterruptedException {
        int window = settings.live() * BATCHES_AHEAD;
        int open = 0;
        boolean more = true;
        while (more || generator.isBusy()) {
            while (more && open < 2 * settings.live() && ordered.waiting() < window) {
                Prompt prompt = source.next();
                more = prompt != null;
                open += prompt == null ? 0 : submit(generator, prompt, ordered, cohort);
            }
            if (generator.isBusy()) {
                for (GenerationResult result : generator.step()) {
                    open--;
                    if (cohort != null) {
                        cohort.results().put(result.request(), result);
                    }
                    ordered.ended(result);
                }
                progress.run();
            }
        }
    }

    /** Returns how many texts were begun. */
    private int submit(Generator generator, Prompt prompt, OrderedTexts ordered, @Nullable Cohort cohort)
            throws IOException {
        List<GenerationRequest> requests = requests(prompt, model, settings);
        try {
            requests.forEach(generator::submit);
        } catch (IllegalArgumentException e) {
            String message = "Cannot write behind prompt: place=" + prompt.place() + " error=" + e.getMessage();
            if (!skips) {
                throw new IOException(message, e);
            }
            LOG.warn("{}; skipped", message);
            refused++;
            return 0;
        }
        prompts++;
        ordered.began(prompt, bytes(prompt, model), requests);
        if (cohort != null) {
            cohort.requests().addAll(requests);
        }
        return requests.size();
    }

    /**
     * What is to be written behind a prompt, by sample.
     *
     * @throws IOException if it has no tokens
     */
    static List<GenerationRequest> requests(Prompt prompt, LoadedModel model, DecodeSettings settings)
            throws IOException {
        int[] tokens = prompt.content() instanceof Prompt.Tokens given
                ? given.tokens()
                : model.codec().encode(((Prompt.Text) prompt.content()).text());
        if (tokens.length == 0) {
            throw new IOException("Cannot write behind prompt: place=" + prompt.place()
                    + " has no tokens, expected at least one; begin it with a word");
        }
        long number = prompt.number();
        List<GenerationRequest> requests = new ArrayList<>();
        for (int sample = 0; sample < settings.samples(); sample++) {
            requests.add(new GenerationRequest(
                    number,
                    sample,
                    tokens,
                    settings.sampling(prompt.seed().orElse(settings.seed())),
                    settings.stop(prompt.maximum().orElse(settings.maximum()), model.endTokens()),
                    settings.logprobs()));
        }
        return requests;
    }

    /** What a prompt says. */
    static byte[] bytes(Prompt prompt, LoadedModel model) {
        if (prompt.content() instanceof Prompt.Text text) {
            return text.text().getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int token : ((Prompt.Tokens) prompt.content()).tokens()) {
            out.writeBytes(model.codec().bytes().of(token));
        }
        return out.toByteArray();
    }

    /** Writes the same texts; returns how many differ. */
    private long again(Generator generator, Cohort cohort) {
        cohort.requests().forEach(generator::submit);
        long different = 0;
        while (generator.isBusy()) {
            for (GenerationResult result : generator.step()) {
                int[] before = Objects.requireNonNull(cohort.results().get(result.request()))
                        .tokens();
                different += Arrays.equals(before, result.tokens()) ? 0 : 1;
            }
            progress.run();
        }
        return different;
    }
}
