// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainSettings;
import io.howdah.yarn.config.YarnKeys;
import io.howdah.yarn.task.TrainingSession;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What must hold before a job is submitted; no check costs more than one or two calls of the file system. */
public final class JobChecks {
    private JobChecks() {}

    /** The settings of the parameter store fit each other. */
    public static void checkSettings(Config config) {
        TrainSettings.sync(config, config.getInt(YarnKeys.WORKERS));
    }

    /** The dataset exists and none of its shards is truncated. */
    public static void checkInput(Configuration hadoop, Config config) throws IOException {
        Path input = new Path(config.get(TrainKeys.INPUT));
        FileSystem fileSystem = input.getFileSystem(hadoop);
        DatasetManifest.read(fileSystem, input).verifyLengths(fileSystem, input);
    }

    /** There are servers enough to keep every shard twice, if it shall be, and the mode allows it. */
    public static void checkReplication(Config config) throws JobFailedException {
        long servers = config.get(YarnKeys.SERVERS);
        if (config.get(SyncKeys.REPLICATION).equals("backup") && servers < 2) {
            throw new JobFailedException("Cannot train: " + SyncKeys.REPLICATION.name() + "=backup "
                    + YarnKeys.SERVERS.name() + "=" + servers
                    + ", expected at least 2 servers; raise their number, or keep shards once");
        }
        String mode = config.get(SyncKeys.MODE);
        if (config.get(SyncKeys.REPLICATION).equals("backup") && !mode.equals("sync")) {
            throw new JobFailedException("Cannot train: " + SyncKeys.REPLICATION.name() + "=backup "
                    + SyncKeys.MODE.name() + "=" + mode
                    + ", expected sync, since a backup repeats whole steps; train in that mode, or keep shards once");
        }
    }

    /** No checkpoint would be mixed with those of another job, unless it is to go on. */
    public static void checkOutput(Configuration hadoop, Config config) throws IOException, JobFailedException {
        List<String> sets = TrainingSession.checkpoints(hadoop, config).committed();
        if (!sets.isEmpty() && !config.get(TrainKeys.RESUME)) {
            throw new JobFailedException("Cannot train: " + TrainKeys.OUTPUT.name() + "=" + config.get(TrainKeys.OUTPUT)
                    + " holds checkpoint " + sets.get(sets.size() - 1)
                    + ", expected none; choose another folder, or go on from it with -D " + TrainKeys.RESUME.name()
                    + "=true");
        }
    }

    /** The checkpoint to evaluate is committed. */
    public static void checkCheckpoint(Configuration hadoop, Config config) throws IOException, JobFailedException {
        List<String> sets = TrainingSession.checkpoints(hadoop, config).committed();
        String wanted = config.find(YarnKeys.EVALUATED_SET);
        if (sets.isEmpty() || wanted != null && !sets.contains(wanted)) {
            throw new JobFailedException("Cannot evaluate: checkpoint=" + (wanted == null ? "newest" : wanted)
                    + " under "
                    + config.get(TrainKeys.OUTPUT) + ", expected one of " + sets + "; train first, or name another with"
                    + " -D " + YarnKeys.EVALUATED_SET.name() + "=…");
        }
    }
}
