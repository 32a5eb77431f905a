// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.config;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Keys of the jobs that write texts with a trained model. */
public final class GenerateKeys {
    private static final String PREFIX = "howdah.generate.";

    public static final Key<String> MODEL = Key.path(
            PREFIX + "model",
            null,
            "The model that writes: the output folder of a training, one of its checkpoints, or a folder in Hugging Face's"
                    + " layout.");

    public static final Key<String> DRAFT_MODEL = Key.path(
            PREFIX + "draft.model", null, "The model that howdah.decode.drafter=model guesses with, likewise.");

    public static final Key<String> INPUT = Key.path(
            PREFIX + "input",
            null,
            "Files or directories of prompts, separated by commas; globs are allowed. With the format dataset, a folder"
                    + " that preprocess wrote.");

    public static final Key<String> OUTPUT = Key.path(
            PREFIX + "output",
            null,
            "Directory for the texts, or for the dataset of distill; it must be absent or empty.");

    public static final Key<String> FORMAT = Key.choice(
            PREFIX + "format",
            "jsonl",
            List.of("jsonl", "text", "dataset"),
            "What the prompts are. jsonl: every line is an object with prompt and, if wanted, id, max_tokens and seed;"
                    + " text: every line is a prompt; dataset: the beginnings of rows of a preprocessed dataset.");

    public static final Key<String> MALFORMED = Key.choice(
            PREFIX + "malformed",
            "refuse",
            List.of("refuse", "skip"),
            "What becomes of a line that is no prompt, or one too long for the model: refuse ends the job and names it,"
                    + " skip counts and logs it.");

    public static final Key<String> PART = Key.choice(
            PREFIX + "dataset.part",
            "heldout",
            List.of("heldout", "train"),
            "Part of the dataset whose rows are continued.");

    public static final Key<Long> PROMPT_TOKENS = Key.integer(
            PREFIX + "dataset.prompt.tokens", 64L, 1, 1 << 16, "tokens", "Tokens of a row that are its prompt.");

    public static final Key<Long> PROMPTS = Key.integer(
            PREFIX + "prompts", 0L, 0, Long.MAX_VALUE, "prompts", "Takes only the first prompts; 0 takes all.");

    public static final Key<Long> TASKS = Key.integer(
            PREFIX + "tasks",
            2L,
            1,
            100_000,
            "tasks",
            "Map tasks, each with a model in its memory; the work of the prompts, as their sizes foretell it, is shared out"
                    + " evenly.");

    public static final Key<Long> VCORES =
            Key.integer(PREFIX + "vcores", 1L, 1, 1024, "cores", "Virtual cores, and threads, of a map task.");

    public static final Key<Long> MEMORY = Key.integer(
            PREFIX + "memory.mb",
            0L,
            0,
            1 << 20,
            "MiB",
            "Memory of a map task's container; 0 takes what weights, keys and values and the JVM need.");

    public static final Key<String> JAVA_OPTIONS = Key.text(
            PREFIX + "java.opts",
            "--add-modules=jdk.incubator.vector -XX:+UseTransparentHugePages",
            "More JVM options for a map task, after Howdah's own. The default lets it compute with the JDK's vector"
                    + " instructions, and keep weights in large pages where the kernel grants them; take away the first"
                    + " for a Java runtime without that module.");

    public static final Key<Double> COMPARISON = Key.decimal(
            PREFIX + "comparison.share",
            0.05,
            0,
            1,
            "",
            "Share of each task's prompts, at least a full batch, that is written once more without drafts, to measure what the"
                    + " drafts bring; 0 measures nothing.");

    public static final Key<String> CALIBRATION = Key.path(
            PREFIX + "calibration",
            null,
            "File of calibrate, which the drafters medusa-tree and mtp-tree make their tree from.");

    public static final Key<String> CALIBRATE_OUTPUT =
            Key.path("howdah.calibrate.output", null, "File that calibrate writes; it must not exist.");

    public static final Key<Long> CALIBRATE_RANKS = Key.integer(
            "howdah.calibrate.ranks",
            10L,
            1,
            1024,
            "ranks",
            "How many of a head's likeliest tokens calibrate tells apart, and a tree can hang side by side.");

    public static final Key<Boolean> DISTILL_PROMPTS =
            Key.flag("howdah.distill.prompts", true, "Whether the documents of distill begin with their prompts.");

    public static final List<Key<?>> ALL = List.of(
            MODEL,
            DRAFT_MODEL,
            INPUT,
            OUTPUT,
            FORMAT,
            MALFORMED,
            PART,
            PROMPT_TOKENS,
            PROMPTS,
            TASKS,
            VCORES,
            MEMORY,
            JAVA_OPTIONS,
            COMPARISON,
            CALIBRATION,
            CALIBRATE_OUTPUT,
            CALIBRATE_RANKS,
            DISTILL_PROMPTS);

    private GenerateKeys() {}
}
