// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.decode.DecodingStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/** The way of statistics through a job's counters: every task adds its own, and the job's are the sums. */
final class GenerationCounters {
    /** Name of their group. */
    static final String GROUP = "Howdah generation";

    private static final String ALL = "all.";
    private static final String DRAFTED = "compared.drafted.";
    private static final String PLAIN = "compared.plain.";
    private static final String DRAFTED_AT = "drafted.";
    private static final String ACCEPTED_AT = "accepted.";
    private static final String PROMPTS = "prompts";
    private static final String REFUSED = "prompts.refused";
    private static final String DIFFERENT = "compared.different";

    private GenerationCounters() {}

    /** Adds what a task did, as (name, amount). */
    static void write(TaskStatistics task, BiConsumer<String, Long> counters) {
        counters.accept(PROMPTS, task.prompts());
        counters.accept(REFUSED, task.refused());
        counters.accept(DIFFERENT, task.different());
        write(ALL, task.all(), counters);
        if (task.compares()) {
            // Depths would be many more counters, and a job may have 120.
            write(DRAFTED, withoutDepths(task.drafted()), counters);
            write(PLAIN, withoutDepths(task.plain()), counters);
        }
    }

    private static void write(String prefix, DecodingStatistics what, BiConsumer<String, Long> counters) {
        counters.accept(prefix + "texts", what.sequences());
        counters.accept(prefix + "prefill.tokens", what.prefillTokens());
        counters.accept(prefix + "prefill.nanos", what.prefillNanos());
        counters.accept(prefix + "forwards", what.forwards());
        counters.accept(prefix + "steps", what.steps());
        counters.accept(prefix + "tokens", what.written());
        counters.accept(prefix + "nodes", what.nodes());
        counters.accept(prefix + "decode.nanos", what.decodeNanos());
        for (int i = 0; i < what.drafted().size(); i++) {
            counters.accept(prefix + DRAFTED_AT + (i + 1), what.drafted().get(i));
            counters.accept(prefix + ACCEPTED_AT + (i + 1), what.accepted().get(i));
        }
    }

    /** The sums of a job; {@code counters} gives 0 for a name that does not occur. */
    static TaskStatistics read(ToLongFunction<String> counters) {
        return new TaskStatistics(
                counters.applyAsLong(PROMPTS),
                counters.applyAsLong(REFUSED),
                read(ALL, counters),
                read(DRAFTED, counters),
                read(PLAIN, counters),
                counters.applyAsLong(DIFFERENT));
    }

    private static DecodingStatistics read(String prefix, ToLongFunction<String> counters) {
        List<Long> drafted = new ArrayList<>();
        List<Long> accepted = new ArrayList<>();
        for (int depth = 1; counters.applyAsLong(prefix + DRAFTED_AT + depth) > 0; depth++) {
            drafted.add(counters.applyAsLong(prefix + DRAFTED_AT + depth));
            accepted.add(counters.applyAsLong(prefix + ACCEPTED_AT + depth));
        }
        return new DecodingStatistics(
                counters.applyAsLong(prefix + "texts"),
                counters.applyAsLong(prefix + "prefill.tokens"),
                counters.applyAsLong(prefix + "prefill.nanos"),
                counters.applyAsLong(prefix + "forwards"),
                counters.applyAsLong(prefix + "steps"),
                counters.applyAsLong(prefix + "tokens"),
                counters.applyAsLong(prefix + "nodes"),
                drafted,
                accepted,
                counters.applyAsLong(prefix + "decode.nanos"));
    }

    private static DecodingStatistics withoutDepths(DecodingStatistics what) {
        return new DecodingStatistics(
                what.sequences(),
                what.prefillTokens(),
                what.prefillNanos(),
                what.forwards(),
                what.steps(),
                what.written(),
                what.nodes(),
                List.of(),
                List.of(),
                what.decodeNanos());
    }
}
