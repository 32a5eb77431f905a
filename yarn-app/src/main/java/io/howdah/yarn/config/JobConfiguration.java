// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.config;

import io.howdah.preprocess.PreprocessKeys;
import io.howdah.preprocess.datagen.DatagenKeys;
import io.howdah.trainer.amp.AmpKeys;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.model.ModelKeys;
import io.howdah.trainer.optim.OptimiserKeys;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.train.TrainKeys;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** All keys of Howdah, and their way between Hadoop's {@link Configuration} and {@link Config}. */
public final class JobConfiguration {
    /** Every declared key. */
    public static final KeyTable KEYS = new KeyTable(
            YarnKeys.ALL,
            GenerateKeys.ALL,
            DecodeKeys.ALL,
            TrainKeys.ALL,
            ModelKeys.ALL,
            OptimiserKeys.ALL,
            AmpKeys.ALL,
            SyncKeys.ALL,
            PreprocessKeys.ALL,
            DatagenKeys.ALL);

    private JobConfiguration() {}

    /**
     * The checked values of all {@code howdah.} settings.
     *
     * @throws io.howdah.trainer.config.ConfigException with one line per problem
     */
    public static Config parse(Configuration hadoop) {
        Map<String, String> settings = new HashMap<>();
        hadoop.getPropsWithPrefix(Config.PREFIX).forEach((rest, text) -> settings.put(Config.PREFIX + rest, text));
        return Config.parse(KEYS, settings);
    }

    /**
     * What a container needs beyond its node's own configuration: everything that {@code -conf} and {@code -D} changed.
     * Defaults and site files stay behind, since those of the nodes hold there.
     */
    public static Configuration forContainers(Configuration hadoop) {
        Configuration site = new YarnConfiguration();
        Configuration changed = new Configuration(false);
        for (Map.Entry<String, String> entry : hadoop) {
            String name = entry.getKey();
            boolean local = name.startsWith("mapreduce.client.") || name.startsWith("tmp");
            if (!local && !entry.getValue().equals(site.getRaw(name))) {
                changed.set(name, hadoop.getRaw(name));
            }
        }
        return changed;
    }
}
