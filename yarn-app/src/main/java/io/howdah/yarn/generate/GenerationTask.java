// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.decode.DecodeSettings;
import io.howdah.trainer.decode.Drafters;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.LoadedModel.Keeping;
import io.howdah.yarn.generate.prompt.Prompt;
import io.howdah.yarn.generate.prompt.PromptSplit;
import java.io.IOException;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.MapContext;
import org.jspecify.annotations.Nullable;

/** The work of a map task: the model is read, and written with behind the prompts of the split. */
final class GenerationTask {
    private GenerationTask() {}

    /** Writes behind all prompts of {@code context}; what was done goes to its counters. */
    static void run(MapContext<NullWritable, Prompt, ?, ?> context, WrittenPrompt.Sink sink)
            throws IOException, InterruptedException {
        try {
            write(context, sink);
        } catch (IOException | RuntimeException e) {
            TaskFailures.note(context.getJobID(), e);
            throw e;
        }
    }

    private static void write(MapContext<NullWritable, Prompt, ?, ?> context, WrittenPrompt.Sink sink)
            throws IOException, InterruptedException {
        Config config = JobConfiguration.parse(context.getConfiguration());
        DecodeSettings settings = new DecodeSettings(config);
        TaskModels models = TaskModels.of(context.getConfiguration());
        if (models.areLocalised()) {
            // Weights are copied and packed: no native library is worth unpacking for that.
            Backends.use("java");
            MemoryPool.shared().limit(TaskMemory.tensorBytes(models.wideBytes(), settings.products()));
        }
        ModelFolder draftFolder = models.draft(config);
        try (Compute compute = Compute.of(config.getInt(GenerateKeys.VCORES), settings.dtype(), settings.products());
                LoadedModel model = LoadedModel.load(models.model(config), compute, keeping(config));
                @Nullable
                        LoadedModel draft =
                                draftFolder == null ? null : LoadedModel.load(draftFolder, compute, Keeping.NOTHING)) {
            Writers writers = new Writers(model, draft, models.calibration(), settings);
            boolean skips = config.get(GenerateKeys.MALFORMED).equals("skip");
            TextWriting writing = new TextWriting(model, writers, settings, skips, context::progress);
            long prompts = ((PromptSplit) context.getInputSplit()).count();
            TaskStatistics done = writing.write(
                    () -> context.nextKeyValue() ? context.getCurrentValue() : null,
                    compared(config, settings, prompts),
                    sink);
            GenerationCounters.write(
                    done,
                    (name, amount) ->
                            context.getCounter(GenerationCounters.GROUP, name).increment(amount));
        }
    }

    /** Heads are needed as often as a drafter is made. */
    static Keeping keeping(Config config) {
        String drafter = config.get(DecodeKeys.DRAFTER);
        Drafters.Need need = drafter.equals(Drafters.NONE)
                ? Drafters.Need.NOTHING
                : Drafters.named(drafter).need();
        return need == Drafters.Need.HEADS || need == Drafters.Need.CALIBRATED_HEADS ? Keeping.HEADS : Keeping.NOTHING;
    }

    /** How many prompts are written twice: the share that is wanted, but a full batch of texts at least. */
    static int compared(Config config, DecodeSettings settings, long prompts) {
        double share = config.get(GenerateKeys.COMPARISON);
        if (!settings.speculates() || share == 0) {
            return 0;
        }
        int batch = (settings.live() + settings.samples() - 1) / settings.samples();
        return (int) Math.min(prompts, Math.max(batch, Math.ceil(share * prompts)));
    }
}
