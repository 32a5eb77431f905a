// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainSettings;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.config.YarnKeys;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Turns epochs into steps before a job begins, so that all its processes, servers too, know its length. */
public final class TrainingLength {
    private TrainingLength() {}

    /**
     * The configuration with the number of steps of its epochs, which {@code hadoop} has then too; without epochs, the
     * same.
     *
     * @throws ConfigException if both epochs and steps are set
     * @throws IOException if the dataset cannot be read
     */
    public static Config resolve(Configuration hadoop, Config config) throws IOException {
        if (config.get(TrainKeys.EPOCHS) == 0) {
            return config;
        }
        String steps = config.settings().get(TrainKeys.STEPS.name());
        if (steps != null) {
            throw new ConfigException("Cannot read configuration: " + TrainKeys.EPOCHS.name() + "="
                    + config.get(TrainKeys.EPOCHS) + " and " + TrainKeys.STEPS.name() + "=" + steps
                    + ", expected one of them; leave one out");
        }
        Path input = new Path(config.get(TrainKeys.INPUT));
        FileSystem fileSystem = input.getFileSystem(hadoop);
        long examples = DatasetManifest.read(fileSystem, input).part(Part.TRAIN).rows();
        SyncSettings sync = TrainSettings.sync(config, config.getInt(YarnKeys.WORKERS));
        hadoop.setLong(TrainKeys.STEPS.name(), TrainSettings.steps(config, sync.logicalWorkers(), examples));
        return JobConfiguration.parse(hadoop);
    }
}
