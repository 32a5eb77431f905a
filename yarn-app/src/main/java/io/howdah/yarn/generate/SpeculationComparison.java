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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The text behind one prompt, written in this process without drafts and with them.
 *
 * @param prompt what it says
 * @param plain without drafts
 * @param drafted with them
 */
public record SpeculationComparison(String prompt, Written plain, Written drafted) {
    /** Texts before the measured ones, in which everything is compiled and the length of drafts is learnt. */
    private static final int WARM_UP = 3;

    private static final int ROUNDS = 5;

    /**
     * One way of writing.
     *
     * @param text without the prompt
     * @param tokens of it
     * @param statistics of the round with the median time
     */
    public record Written(String text, List<Integer> tokens, DecodingStatistics statistics) {
        public Written {
            tokens = List.copyOf(tokens);
        }

        static Written of(GenerationResult result, DecodingStatistics statistics) {
            return new Written(
                    new String(result.bytes(), StandardCharsets.UTF_8),
                    Arrays.stream(result.tokens()).boxed().toList(),
                    statistics);
        }
    }

    /**
     * Writes behind a prompt of {@code howdah.generate.input}, one text at a time, both ways in turns.
     *
     * @param number of the prompt, from 0 on
     * @param hadoop with the keys of a generation that needs neither a second model nor a calibration
     * @throws JobFailedException in one line, if there is no such model
     * @throws IOException in one line, if a file is damaged or there is no prompt
     */
    public static SpeculationComparison write(Configuration hadoop, long number)
            throws IOException, JobFailedException {
        Config config = JobConfiguration.parse(hadoop);
        DecodeSettings settings = new DecodeSettings(config);
        ModelFiles files = ModelFiles.find(hadoop, config, new Path(config.get(GenerateKeys.MODEL)));
        Prompt prompt = PromptInput.at(hadoop, number);
        try (Compute compute = Compute.of(config.getInt(GenerateKeys.VCORES), settings.dtype(), settings.products());
                LoadedModel model = LoadedModel.load(
                        HdfsModelFolder.at(hadoop, files.folder()), compute, GenerationTask.keeping(config))) {
            Writers writers = new Writers(model, null, null, settings);
            GenerationRequest request =
                    TextWriting.requests(prompt, model, settings).get(0);
            List<Written> plain = new ArrayList<>();
            List<Written> drafted = new ArrayList<>();
            for (int round = 0; round < WARM_UP + ROUNDS; round++) {
                plain.add(written(writers::plain, request));
                drafted.add(written(writers::drafting, request));
            }
            return new SpeculationComparison(
                    new String(TextWriting.bytes(prompt, model), StandardCharsets.UTF_8),
                    median(plain),
                    median(drafted));
        }
    }

    private static Written written(Supplier<Generator> generators, GenerationRequest request) {
        try (Generator generator = generators.get()) {
            GenerationResult result = generator.generate(List.of(request)).get(0);
            return Written.of(result, generator.statistics());
        }
    }

    private static Written median(List<Written> rounds) {
        return rounds.stream()
                .skip(WARM_UP)
                .sorted(Comparator.comparingLong(round -> round.statistics().decodeNanos()))
                .skip(ROUNDS / 2)
                .findFirst()
                .orElseThrow();
    }

    /** How many times as fast drafts are. */
    public double speedUp() {
        return drafted.statistics().tokensPerSecond() / plain.statistics().tokensPerSecond();
    }
}
