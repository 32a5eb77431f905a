// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.hdfs.HdfsModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.DecodeSettings;
import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.trainer.decode.GenerationRequest;
import io.howdah.trainer.decode.GenerationResult;
import io.howdah.trainer.decode.Generator;
import io.howdah.trainer.decode.engine.Compute;
import io.howdah.yarn.client.JobFailedException;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.generate.prompt.Prompt;
import io.howdah.yarn.generate.prompt.PromptInput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * One text written twice in this process, without and with drafts in turns.
 *
 * @param prompt what stands before the text, in UTF-8
 * @param plain written without drafts
 * @param drafted written with the drafter of the configuration
 */
public record SideBySide(byte[] prompt, Way plain, Way drafted) {
    /** The first rounds compile, and teach the drafter's length what drafts are worth. */
    private static final int WARM_UP = 3;

    private static final int ROUNDS = 5;

    /**
     * What one way of writing gave.
     *
     * @param text in UTF-8
     * @param tokens of the text
     * @param statistics of all rounds that count
     */
    public record Way(byte[] text, int[] tokens, DecodingStatistics statistics) {}

    /**
     * Writes behind the first prompt of the configuration's input.
     *
     * @throws JobFailedException in one line, if there is no such model
     * @throws IOException in one line, if the prompt or the model cannot be read
     */
    public static SideBySide write(Configuration hadoop) throws IOException, JobFailedException {
        Config config = JobConfiguration.parse(hadoop);
        DecodeSettings settings = new DecodeSettings(config);
        ModelFiles files = ModelFiles.find(hadoop, config, new Path(config.get(GenerateKeys.MODEL)));
        Prompt prompt = PromptInput.first(hadoop);
        try (Compute compute = Compute.of(config.getInt(GenerateKeys.VCORES), settings.dtype());
                LoadedModel model = LoadedModel.load(
                        HdfsModelFolder.at(hadoop, files.folder()), compute, LoadedModel.Keeping.HEADS)) {
            Writers writers = new Writers(model, null, null, settings);
            TextWriting texts = new TextWriting(model, writers, settings, false, () -> {});
            GenerationRequest request = texts.requests(prompt).get(0);
            for (int round = 0; round < WARM_UP; round++) {
                write(writers.plain(), request, null);
                write(writers.drafting(), request, null);
            }
            Way plain = null;
            Way drafted = null;
            for (int round = 0; round < ROUNDS; round++) {
                plain = write(writers.plain(), request, plain);
                drafted = write(writers.drafting(), request, drafted);
            }
            return new SideBySide(texts.bytes(prompt), Objects.requireNonNull(plain), Objects.requireNonNull(drafted));
        }
    }

    private static Way write(Generator writer, GenerationRequest request, @Nullable Way before) {
        try (Generator generator = writer) {
            GenerationResult result = generator.generate(List.of(request)).get(0);
            DecodingStatistics statistics = generator.statistics();
            return new Way(
                    result.bytes(),
                    result.tokens(),
                    before == null ? statistics : before.statistics().plus(statistics));
        }
    }

    /** Whether both ways wrote the same tokens. */
    public boolean areEqual() {
        return Arrays.equals(plain.tokens(), drafted.tokens());
    }
}
