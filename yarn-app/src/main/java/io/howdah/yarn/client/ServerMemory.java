// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.Models;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.SyncKeys;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableKeys;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.train.TrainKeys;
import io.howdah.trainer.train.TrainSettings;
import io.howdah.yarn.am.Role;
import io.howdah.yarn.config.YarnKeys;
import java.io.IOException;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Whether the servers' heaps can hold the sparse tables of a job. A server of S takes, of R rows in each table,
 * C·(1.01·P·R·Σ(bytes of a row) + 4·N/S·(2 + optimiser states)) + 224 MiB: its share of the rows, masters with sums and state of N dense
 * weights, and what any server needs. P is the largest {@linkplain Placement#largestShare share} of rows. C is 2 where each server
 * also is the backup of another, else 1. The 224 MiB are 96, and twice what is reserved for what is new, since the collector wants as
 * much free among what stays.
 */
public final class ServerMemory {
    /** Ids are spread over virtual shards by a hash, too. */
    private static final double UNEVEN = 1.01;

    private static final long FIXED_BYTES = (96L + 2 * Role.SERVER_YOUNG_MB) << 20;

    private ServerMemory() {}

    /**
     * Refuses servers that are too small for the rows that {@link TableKeys#EXPECTED_ROWS} expects. The model is built for it.
     *
     * @throws JobFailedException with the memory that suffices
     */
    public static void check(Configuration hadoop, Config config) throws IOException, JobFailedException {
        if (config.get(TableKeys.EXPECTED_ROWS) == 0) {
            return;
        }
        Path input = new Path(config.get(TrainKeys.INPUT));
        FileSystem fileSystem = input.getFileSystem(hadoop);
        Backends.use("java"); // no natives to unpack for the first weights, which nobody uses
        TrainableModel model = Models.create(
                config, DatasetManifest.read(fileSystem, input).properties(Part.TRAIN), config.get(TrainKeys.SEED));
        try {
            check(config, model.table());
        } finally {
            model.module().close();
        }
    }

    static void check(Config config, ParameterTable table) throws JobFailedException {
        SyncSettings sync = TrainSettings.sync(config, config.getInt(YarnKeys.WORKERS));
        long rows = config.get(TableKeys.EXPECTED_ROWS);
        int servers = config.getInt(YarnKeys.SERVERS);
        double share = new Placement(servers).largestShare();
        double bytes = 0;
        for (TableSpec spec : table.tables()) {
            bytes += UNEVEN * rows * sync.tables().rowBytes(spec) * share;
        }
        int floats = 2 + sync.optimiser().rule().stateNames().size();
        bytes += (double) table.elements() * Float.BYTES * floats / servers;
        boolean replicates = config.get(SyncKeys.REPLICATION).equals("backup");
        long needed = (long) Math.ceil((FIXED_BYTES + bytes * (replicates ? 2 : 1)) / (1 << 20));
        long heap = Role.SERVER.memory(config).heapMb();
        if (needed > heap) {
            String each = table.tables().stream()
                    .map(spec -> spec.name() + " (" + sync.tables().rowBytes(spec) + " bytes a row)")
                    .collect(Collectors.joining(", "));
            String copies = replicates ? ", each the backup of another" : "";
            throw new JobFailedException("Cannot train: " + Role.SERVER.memoryKey() + "="
                    + config.get(YarnKeys.SERVER_MEMORY) + " leaves " + heap + " MiB of heap, expected at least "
                    + needed
                    + " MiB for " + TableKeys.EXPECTED_ROWS.name() + "=" + rows + " in each of " + each + " on "
                    + servers + " servers" + copies + "; set " + Role.SERVER.memoryKey() + "="
                    + Role.SERVER.containerMbFor(needed)
                    + " or raise " + YarnKeys.SERVERS.name());
        }
    }
}
