// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import io.howdah.preprocess.PreprocessKeys;
import io.howdah.trainer.config.Key;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.model.lm.HeadKeys;
import io.howdah.trainer.model.lm.LanguageModelKeys;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.optim.ScheduleKeys;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.yarn.config.GenerateKeys;
import io.howdah.yarn.config.YarnKeys;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * What the demonstration asks of each command: a small model with one head, which two cores train in a minute or
 * two.
 */
final class DemoSettings {
    /** Held-out row that is written behind, and how much of it is read. */
    static final int PROMPT = 15;

    static final int PROMPT_TOKENS = 64;

    static final String CORPUS = "/howdah/raw/";
    private static final String DATASET = "/howdah/dataset";
    private static final String MODEL = "/howdah/model";

    private DemoSettings() {}

    /** A key and its value. */
    record Setting(Key<?> key, String value) {
        static Setting of(Key<?> key, Object value) {
            return new Setting(key, value.toString());
        }
    }

    static List<Setting> preprocess(String corpus) {
        return List.of(
                Setting.of(PreprocessKeys.INPUT, corpus),
                Setting.of(PreprocessKeys.OUTPUT, DATASET),
                Setting.of(PreprocessKeys.FORMAT, "zip"),
                Setting.of(PreprocessKeys.INCLUDE, "**.java"),
                Setting.of(PreprocessKeys.SEQUENCE_LENGTH, 256),
                Setting.of(PreprocessKeys.HELDOUT_FRACTION, 0.01));
    }

    static List<Setting> train(int steps, int workers, int servers) {
        return List.of(
                Setting.of(TrainKeys.INPUT, DATASET),
                Setting.of(TrainKeys.OUTPUT, MODEL),
                Setting.of(TrainKeys.STEPS, steps),
                Setting.of(YarnKeys.WORKERS, workers),
                Setting.of(YarnKeys.SERVERS, servers),
                Setting.of(ModelKeys.NAME, "llama"),
                Setting.of(LanguageModelKeys.WIDTH, 128),
                Setting.of(LanguageModelKeys.LAYERS, 3),
                Setting.of(LanguageModelKeys.HEADS, 4),
                Setting.of(HeadKeys.MTP_KIND, "parallel"),
                Setting.of(HeadKeys.MTP_HEADS, 1),
                Setting.of(HeadKeys.MTP_WEIGHT, 0.1),
                Setting.of(TrainKeys.BATCH_SIZE, 2),
                Setting.of(OptimiserKeys.LEARNING_RATE, 0.003),
                Setting.of(OptimiserKeys.BETA2, 0.95),
                Setting.of(OptimiserKeys.CLIP_NORM, 1),
                Setting.of(ScheduleKeys.NAME, "cosine"),
                Setting.of(ScheduleKeys.WARMUP_STEPS, 20));
    }

    static List<Setting> evaluate() {
        return List.of(Setting.of(TrainKeys.INPUT, DATASET), Setting.of(TrainKeys.OUTPUT, MODEL));
    }

    static List<Setting> write() {
        return List.of(
                Setting.of(GenerateKeys.MODEL, MODEL),
                Setting.of(GenerateKeys.INPUT, DATASET),
                Setting.of(GenerateKeys.FORMAT, "dataset"),
                Setting.of(GenerateKeys.PROMPT_TOKENS, PROMPT_TOKENS),
                Setting.of(DecodeKeys.DRAFTER, "mtp"),
                Setting.of(DecodeKeys.DRAFT_LENGTH, 1),
                Setting.of(DecodeKeys.PRECISION, "fp32"),
                Setting.of(DecodeKeys.TEMPERATURE, 0.6),
                Setting.of(DecodeKeys.BATCH_SIZE, 1),
                Setting.of(DecodeKeys.MAX_TOKENS, 192));
    }

    /** A command as a user types it. */
    static String[] words(String command, List<Setting> settings) {
        List<String> words = new ArrayList<>(List.of(command));
        settings.forEach(setting -> words.addAll(List.of("-D", setting.key().name() + "=" + setting.value())));
        return words.toArray(String[]::new);
    }

    /** A copy of {@code hadoop} with these settings. */
    static Configuration with(Configuration hadoop, List<Setting> settings) {
        Configuration job = new Configuration(hadoop);
        settings.forEach(setting -> job.set(setting.key().name(), setting.value()));
        return job;
    }
}
