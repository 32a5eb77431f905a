// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.howdah.preprocess.DatasetReduction;
import io.howdah.preprocess.DropReason;
import io.howdah.preprocess.PreprocessResult;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.generate.prompt.PromptCounter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Counters;
import org.apache.hadoop.mapreduce.Job;

/**
 * What a user wants to know of a job that has written texts.
 *
 * @param job its id
 * @param kind what became of the texts
 * @param model folder of the model
 * @param drafter what guessed tokens ahead
 * @param statistics of all tasks
 * @param malformed lines that were no prompts
 * @param dropped texts that distill left out, by reason
 * @param millis time from submission to the end
 * @param output where the texts are
 */
public record GenerationSummary(
        String job,
        GenerationJob.Kind kind,
        String model,
        String drafter,
        TaskStatistics statistics,
        long malformed,
        Map<DropReason, Long> dropped,
        long millis,
        String output) {
    /** Name of the file with these figures beside the texts. */
    public static final String FILE = "_statistics.json";

    private static final double MILLIS = 1e3;

    public GenerationSummary {
        dropped = Map.copyOf(dropped);
    }

    static GenerationSummary of(Job job, GenerationJob.Kind kind, Config config, ModelFiles model, long millis)
            throws IOException {
        Counters counters = job.getCounters();
        return new GenerationSummary(
                job.getJobID().toString(),
                kind,
                model.folder().toString(),
                config.get(DecodeKeys.DRAFTER),
                GenerationCounters.read(name ->
                        counters.findCounter(GenerationCounters.GROUP, name).getValue()),
                counters.findCounter(PromptCounter.MALFORMED).getValue(),
                DatasetReduction.dropped(job),
                millis,
                config.get(GenerateKeys.OUTPUT));
    }

    /** Prints one table. */
    public void print(PrintStream printer) {
        DecodingStatistics all = statistics.all();
        printer.println();
        line(printer, "model", model);
        line(printer, "prompts", "%,d", statistics.prompts());
        if (malformed + statistics.refused() > 0) {
            line(printer, "skipped", "malformed=%d too long=%d", malformed, statistics.refused());
        }
        line(printer, "texts", "%,d", all.sequences());
        if (!dropped.isEmpty()) {
            line(printer, "dropped", PreprocessResult.describe(dropped));
        }
        line(printer, "tokens written", "%,d", all.written());
        line(printer, "texts at a time in a task", "%.1f", TaskStatistics.live(all));
        line(printer, "prompt tokens/s of a task", "%,.1f", all.prefillTokensPerSecond());
        line(printer, "tokens/s of a task", "%,.1f", all.tokensPerSecond());
        line(printer, "tokens/s of the job", "%,.1f", all.written() * MILLIS / Math.max(1, millis));
        line(printer, "drafter", drafter);
        line(printer, "steps", "%,d", all.steps());
        line(printer, "tokens drafted", "%,d", all.nodes());
        line(printer, "tokens accepted", "%,d", all.acceptedTokens());
        line(printer, "mean accepted length", "%.3f", all.meanAcceptedLength());
        for (int depth = 1; depth <= all.drafted().size(); depth++) {
            line(
                    printer,
                    "accepted at " + depth,
                    "%.3f of %,d",
                    all.acceptance(depth),
                    all.drafted().get(depth - 1));
        }
        if (statistics.compares()) {
            line(printer, "speed-up over plain", "%.2f", statistics.speedUp());
            line(
                    printer,
                    "  measured with",
                    "%,d texts, %.1f at a time; %.1f and %.1f tokens/s",
                    statistics.plain().sequences(),
                    TaskStatistics.live(statistics.plain()),
                    statistics.drafted().tokensPerSecond(),
                    statistics.plain().tokensPerSecond());
            line(printer, "  with other tokens", "%,d", statistics.different());
        }
        line(printer, "time", "%.1f s", millis / MILLIS);
        line(printer, "output", output);
    }

    private static void line(PrintStream printer, String name, String format, Object... values) {
        line(printer, name, String.format(Locale.ROOT, format, values));
    }

    private static void line(PrintStream printer, String name, String value) {
        printer.printf(Locale.ROOT, "%-28s %s%n", name, value);
    }

    /** The same figures as an object. */
    public ObjectNode json() {
        DecodingStatistics all = statistics.all();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("job", job)
                .put("kind", kind.toString())
                .put("model", model)
                .put("drafter", drafter)
                .put("output", output)
                .put("seconds", millis / MILLIS)
                .put("prompts", statistics.prompts())
                .put("malformed", malformed)
                .put("tooLong", statistics.refused())
                .put("live", TaskStatistics.live(all))
                .put("tokensPerSecondOfJob", all.written() * MILLIS / Math.max(1, millis));
        if (kind == GenerationJob.Kind.DISTILL) {
            ObjectNode reasons = node.putObject("dropped");
            dropped.forEach((reason, count) -> reasons.put(reason.toString(), count));
        }
        node.set("statistics", all.json());
        if (statistics.compares()) {
            ObjectNode comparison = node.putObject("comparison");
            comparison
                    .put("speedUp", statistics.speedUp())
                    .put("different", statistics.different())
                    .put("live", TaskStatistics.live(statistics.plain()));
            comparison.set("drafted", statistics.drafted().json());
            comparison.set("plain", statistics.plain().json());
        }
        return node;
    }

    /** Writes the figures beside the texts, as {@value #FILE}. */
    void write(FileSystem fileSystem, Path directory) throws IOException {
        try (OutputStream out = fileSystem.create(new Path(directory, FILE), true)) {
            out.write(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(json()));
        }
    }
}
