// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.hdfs.HdfsModelFolder;
import io.howdah.trainer.checkpoint.ModelFolder;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.FrozenTrunkModel;
import io.howdah.trainer.model.lm.LanguageModelKeys;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.NextTokenModel;
import io.howdah.trainer.model.pretrained.HeadsFile;
import io.howdah.trainer.model.pretrained.PretrainedModel;
import io.howdah.yarn.config.JobConfiguration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Trainings that start from a model in Hugging Face's layout. */
public final class Pretraining {
    /** What a training may set for itself; all else is part of the model. */
    private static final Set<String> FREE = Set.of(LanguageModelKeys.DROPOUT.name());

    private Pretraining() {}

    /** The folder that a training starts from, or null. */
    static @Nullable ModelFolder origin(Configuration hadoop, Config config) throws IOException {
        String folder = config.find(LanguageModelKeys.PRETRAINED);
        return folder == null ? null : HdfsModelFolder.at(hadoop, new Path(folder));
    }

    /**
     * The configuration with the sizes of the pretrained model, if there is one, so that a checkpoint's manifest tells
     * them.
     *
     * @throws ConfigException with one line per setting that contradicts the model
     * @throws IOException if the model cannot be read or used
     */
    public static Config completed(Configuration hadoop, Config config) throws IOException {
        ModelFolder origin = origin(hadoop, config);
        if (origin == null) {
            return config;
        }
        Map<String, String> settings = config.settings();
        List<String> problems = new ArrayList<>();
        PretrainedModel.open(origin).settings().forEach((name, text) -> {
            String set = settings.get(name);
            if (set == null) {
                settings.put(name, text);
            } else if (!FREE.contains(name) && !same(set, text)) {
                problems.add("Cannot read configuration: " + name + "=" + set + ", expected " + text + " as "
                        + origin.location() + " has it; leave the key out");
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return Config.parse(JobConfiguration.KEYS, settings);
    }

    private static boolean same(String set, String text) {
        try {
            return Double.parseDouble(set) == Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return set.trim().equals(text);
        }
    }

    /** Copies the weights of the pretrained model, if there is one, into {@code model}, and those of heads of the same kind. */
    static void load(Configuration hadoop, Config config, TrainableModel model) throws IOException {
        ModelFolder origin = origin(hadoop, config);
        Optional<NextTokenModel> whole = LanguageModels.nextToken(model);
        if (origin != null && whole.isPresent()) {
            PretrainedModel.open(origin).load(whole.get().module());
            if (LanguageModels.heads(model).isPresent()) {
                HeadsFile.loadInto(origin, LanguageModels.heads(model).get());
            }
        }
    }

    /** Copies the weights that no checkpoint has, because they do not change, into {@code model}: those of a frozen trunk. */
    static void loadFrozen(Configuration hadoop, Config config, TrainableModel model) throws IOException {
        ModelFolder origin = origin(hadoop, config);
        if (origin != null && model instanceof FrozenTrunkModel frozen) {
            PretrainedModel.open(origin).load(frozen.trunk().module());
        }
    }
}
